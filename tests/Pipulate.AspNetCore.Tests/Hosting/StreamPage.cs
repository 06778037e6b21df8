using System.Net;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Pipulate.Tests;

/// <summary>
/// A browser's page that hears by server-sent events and speaks by POST: it keeps its document, and the last id, over reconnects.
/// </summary>
internal sealed class StreamPage : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly PanelDom _dom = new();
    private readonly List<StreamEvent> _events = [];
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private CancellationTokenSource _gone = new();
    private Task _reading = Task.CompletedTask;

    private StreamPage(Uri address, CookieContainer visitor)
    {
        Visitor = visitor;
        Http = new HttpClient(new SocketsHttpHandler { CookieContainer = visitor }) { BaseAddress = address };
        Http.DefaultRequestHeaders.Add("HX-Request", "true");
    }

    public CookieContainer Visitor { get; }

    public HttpClient Http { get; }

    public HttpResponseMessage Response { get; private set; } = null!;

    /// <summary>The id of the last event that had one, as an EventSource keeps it.</summary>
    public string? LastEventId { get; private set; }

    /// <summary>Ends with the stream.</summary>
    public Task Ended => _reading;

    /// <summary>What came since the last (re)connect.</summary>
    public IReadOnlyList<StreamEvent> Events
    {
        get
        {
            lock (_gate)
            {
                return [.. _events];
            }
        }
    }

    /// <summary>Gives out the token that a rendered panel has in its form.</summary>
    public static void MapToken(WebApplication app) =>
        app.MapGet("/token", (HttpContext context, IAntiforgery antiforgery) => antiforgery.GetAndStoreTokens(context).RequestToken);

    public static async Task<StreamPage> OpenAsync(Uri address, CookieContainer? visitor = null)
    {
        var page = new StreamPage(address, visitor ?? new CookieContainer());
        await page.ConnectAsync();
        await page.WaitForEventAsync(one => one.Data is not null);
        return page;
    }

    public async Task ConnectAsync(string? lastEventId = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/sse");
        if (lastEventId is not null)
        {
            request.Headers.Add("Last-Event-ID", lastEventId);
        }

        lock (_gate)
        {
            _events.Clear();
        }

        Response = await Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        Response.EnsureSuccessStatusCode();
        _reading = ReadAsync(await Response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken));
    }

    /// <summary>Loses the connection.</summary>
    public async Task LeaveAsync()
    {
        await _gone.CancelAsync();
        Response.Dispose();
        await _reading;
        _gone.Dispose();
        _gone = new CancellationTokenSource();
    }

    /// <summary>Sends what was typed, as the panel's form does, and applies the answer.</summary>
    public async Task<HttpResponseMessage> TypeAsync(string text, string? id = null)
    {
        var token = await Http.GetStringAsync("/token", TestContext.Current.CancellationToken);
        using var form = new FormUrlEncodedContent(
            [new("msg", text), new("mid", id ?? Guid.NewGuid().ToString("N")), new("__RequestVerificationToken", token)]);
        var response = await Http.PostAsync("/message", form, TestContext.Current.CancellationToken);
        if (await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken) is { Length: > 0 } frame)
        {
            lock (_gate)
            {
                _dom.Apply(frame);
            }
        }

        return response;
    }

    public Task WaitForEventAsync(Func<StreamEvent, bool> wanted) => WaitAsync(_ => _events.Any(wanted));

    /// <summary>Waits until the document is as wanted, looking after each event.</summary>
    public async Task WaitAsync(Func<PanelDom, bool> wanted)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TestTime.Timeout);
        while (true)
        {
            Task changed;
            lock (_gate)
            {
                if (wanted(_dom))
                {
                    return;
                }

                changed = _changed.Task;
            }

            await changed.WaitAsync(limit.Token);
        }
    }

    public async Task<string> WaitForAnswerAsync(int count = 1, string state = "complete")
    {
        await WaitAsync(dom => dom.Entries.Count(entry => entry.Role == "assistant" && entry.State == state) >= count);
        return Read(dom => dom.Entries.Where(entry => entry.Role == "assistant" && entry.State == state).ElementAt(count - 1).Text);
    }

    public T Read<T>(Func<PanelDom, T> read)
    {
        lock (_gate)
        {
            return read(_dom);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await LeaveAsync();
        _gone.Dispose();
        Http.Dispose();
    }

    private async Task ReadAsync(Stream stream)
    {
        using var reader = new StreamReader(stream);
        try
        {
            var (id, name, data, comment, any) = ((string?)null, (string?)null, (string?)null, false, false);
            while (await reader.ReadLineAsync(_gone.Token) is { } line)
            {
                if (line.Length == 0)
                {
                    Assert.True(any, "An empty line ends something.");
                    Take(new StreamEvent(id, name, data, comment));
                    (id, name, data, comment, any) = (null, null, null, false, false);
                    continue;
                }

                any = true;
                var colon = line.IndexOf(':', StringComparison.Ordinal);
                var value = line[(colon + 1)..];
                value = value.StartsWith(' ') ? value[1..] : value;
                switch (line[..colon])
                {
                    case "":
                        comment = true;
                        break;
                    case "data":
                        data = data is null ? value : $"{data}\n{value}";
                        break;
                    case "event":
                        name = value;
                        break;
                    case "id":
                        id = value;
                        break;
                    default:
                        Assert.Equal("retry", line[..colon]);
                        Assert.InRange(int.Parse(value, System.Globalization.CultureInfo.InvariantCulture), 1_000, 2_000);
                        break;
                }
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException or ObjectDisposedException)
        {
            // Lost, or left.
        }
    }

    private void Take(StreamEvent one)
    {
        TaskCompletionSource changed;
        lock (_gate)
        {
            _events.Add(one);
            LastEventId = one.Id ?? LastEventId;
            if (one is { Name: null, Data: not null })
            {
                _dom.Apply(one.Data);
            }

            changed = _changed;
            _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        changed.SetResult();
    }

    internal sealed record StreamEvent(string? Id, string? Name, string? Data, bool Comment)
    {
        public bool IsSnapshot => Data?.Contains("id=\"msg-list\" hx-swap-oob=\"innerHTML\"", StringComparison.Ordinal) is true;
    }
}
