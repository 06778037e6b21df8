using System.Collections.Concurrent;
using System.Text.Json;
using Pipulate.Tests;

namespace Pipulate.Browser.Hosting;

/// <summary>One tab with the sample in it, through the DevTools protocol alone.</summary>
public sealed class BareTab
{
    /// <summary>The text of the newest answer, to the letter; null while there is none.</summary>
    public const string Answer =
        "(document.querySelector('#msg-list > .chat-entry[data-role=assistant]:last-child > .chat-text')?.textContent ?? null)";

    /// <summary>How far the newest answer is.</summary>
    public const string AnswerState =
        "(document.querySelector('#msg-list > .chat-entry[data-role=assistant]:last-child')?.dataset.state ?? null)";

    private readonly DevTools _tools;
    private readonly string _visitor;
    private readonly string _target;
    private readonly string _session;
    private readonly ConcurrentQueue<string> _complaints = new();

    private BareTab(DevTools tools, string visitor, string target, string session)
    {
        _tools = tools;
        _visitor = visitor;
        _target = target;
        _session = session;
    }

    /// <summary>Exceptions that nobody caught.</summary>
    public IReadOnlyList<string> Complaints => [.. _complaints];

    /// <summary>Opens a tab in front of the visitor's others.</summary>
    public static async Task<BareTab> OpenAsync(DevTools tools, string visitor)
    {
        var target = (await tools.SendAsync("Target.createTarget", new { url = "about:blank", browserContextId = visitor }))
            .GetProperty("targetId")
            .GetString()!;
        var session = (await tools.SendAsync("Target.attachToTarget", new { targetId = target, flatten = true }))
            .GetProperty("sessionId")
            .GetString()!;
        var tab = new BareTab(tools, visitor, target, session);
        tools.Happened += tab.Note;
        await tab.SendAsync("Page.enable");
        await tab.SendAsync("Runtime.enable");
        await tab.SendAsync("Page.addScriptToEvaluateOnNewDocument", new
        {
            source = """
                window.closings = [];
                window.wasHidden = false;
                const Native = window.WebSocket;
                window.WebSocket = class extends Native {
                  constructor(...args) { super(...args); this.addEventListener('close', e => window.closings.push(e.code)); }
                };
                document.addEventListener('visibilitychange', () => window.wasHidden ||= document.hidden);
                window.addEventListener('pageshow', e => window.fromCache = e.persisted);
                """,
        });
        return tab;
    }

    public Task<JsonElement> SendAsync(string method, object? parameters = null) => _tools.SendAsync(method, parameters, _session);

    /// <summary>Another tab of the same visitor, in front of this one.</summary>
    public Task<BareTab> OpenAnotherAsync() => OpenAsync(_tools, _visitor);

    public Task ToFrontAsync() => _tools.SendAsync("Target.activateTarget", new { targetId = _target });

    public async Task GoToAsync(Uri address)
    {
        await SendAsync("Page.navigate", new { url = address.ToString() });
        await WaitAsync($"location.href === {JsonSerializer.Serialize(address.ToString())} && document.readyState === 'complete'");
    }

    /// <summary>Loads the sample's page and waits until its panel is connected.</summary>
    public async Task OpenSampleAsync(Uri address)
    {
        await GoToAsync(address);
        await ConnectedAsync();
    }

    // After the expression has been answered: a page that is left takes its unfinished answers with it.
    public Task BackAsync() => EvaluateAsync<int>("setTimeout(() => history.back())");

    public Task ForwardAsync() => EvaluateAsync<int>("setTimeout(() => history.forward())");

    public Task ConnectedAsync() => WaitAsync("document.getElementById('chat-panel')?.dataset.connection === 'open'");

    public Task DisconnectedAsync() => WaitAsync("document.getElementById('chat-panel').dataset.connection !== 'open'");

    public Task SayAsync(string text) => EvaluateAsync<bool>(
        $"(() => {{ const input = document.getElementById('msg'); input.value = {JsonSerializer.Serialize(text)}; input.form.requestSubmit(); return true; }})()");

    public Task<string?> ReadAnswerAsync() => EvaluateAsync<string?>(Answer);

    public async Task<T?> EvaluateAsync<T>(string expression)
    {
        var answer = await SendAsync("Runtime.evaluate", new { expression, returnByValue = true, awaitPromise = true });
        if (answer.TryGetProperty("exceptionDetails", out var problem))
        {
            throw new InvalidOperationException($"{expression}: {problem}");
        }

        return answer.GetProperty("result").TryGetProperty("value", out var value) ? value.Deserialize<T>() : default;
    }

    /// <summary>Counts what the page costs from here on, in processor time.</summary>
    public Task WatchCostAsync() => SendAsync("Performance.enable", new { timeDomain = "threadTicks" });

    public async Task<PageCost> ReadCostAsync() => PageCost.From(await SendAsync("Performance.getMetrics"));

    /// <summary>Records the tasks of this page's main thread.</summary>
    public async Task<TaskTrace> TraceAsync()
    {
        var trace = await TaskTrace.BeginAsync(_tools);
        await EvaluateAsync<bool>($"(performance.mark('{TaskTrace.Mark}'), true)");
        return trace;
    }

    /// <summary>Looks until the expression is true: often, or once a second where a long wait is not to cost the page anything.</summary>
    public async Task WaitAsync(string expression, TimeSpan? patience = null)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(patience ?? TestTime.Timeout);
        using var look = new PeriodicTimer(patience is null ? TimeSpan.FromMilliseconds(20) : TimeSpan.FromSeconds(1));
        while (!await IsTrueAsync(expression))
        {
            try
            {
                await look.WaitForNextTickAsync(limit.Token);
            }
            catch (OperationCanceledException)
            {
                Assert.Fail(
                    $"Never came true: {expression}\n{await EvaluateAsync<string>("location.href + ' ' + window.closings + '\\n' + document.getElementById('chat-panel')?.outerHTML")}");
            }
        }
    }

    private async Task<bool> IsTrueAsync(string expression)
    {
        try
        {
            return await EvaluateAsync<bool>(expression);
        }
        catch (BrowserRefusedException refused) when (refused.Code == BrowserRefusedException.PageIsLeaving)
        {
            return false;
        }
    }

    private void Note(string? session, string happened, JsonElement details)
    {
        if (session == _session && happened == "Runtime.exceptionThrown")
        {
            _complaints.Enqueue(details.ToString());
        }
    }
}
