using System.Collections.Concurrent;
using Microsoft.Playwright;
using Pipulate.FakeOllama;
using static Microsoft.Playwright.Assertions;

namespace Pipulate.Browser.Hosting;

/// <summary>The sample's page, by the hooks that it promises, and all that the browser complained of.</summary>
public sealed class TodoPage
{
    private readonly ConcurrentQueue<string> _complaints = new();
    private readonly ConcurrentQueue<string> _requests = new();

    private Action<string>? _sent;
    private int _connections;

    private TodoPage(IPage page)
    {
        Page = page;
        page.Console += (_, message) =>
        {
            if (message.Type == "error")
            {
                _complaints.Enqueue($"console: {message.Text}");
            }
        };
        page.PageError += (_, problem) => _complaints.Enqueue($"error: {problem}");
        page.Dialog += (_, dialog) =>
        {
            _complaints.Enqueue($"dialog: {dialog.Message}");
            _ = dialog.DismissAsync();
        };
        page.WebSocket += (_, socket) =>
        {
            Sockets++;
            Interlocked.Increment(ref _connections);
            socket.Close += (_, _) => Interlocked.Decrement(ref _connections);
            socket.FrameSent += (_, frame) => _sent?.Invoke(frame.Text ?? "");
        };
        page.Request += (_, request) =>
        {
            _requests.Enqueue($"{request.Method} {new Uri(request.Url).AbsolutePath}");
            CountStream(request, 1);
        };
        page.RequestFinished += (_, request) => CountStream(request, -1);
        page.RequestFailed += (_, request) => CountStream(request, -1);
    }

    public IPage Page { get; }

    public ILocator Panel => Page.Locator("#chat-panel");

    public ILocator Status => Page.Locator("#chat-status");

    public ILocator Entries => Page.Locator("#msg-list > .chat-entry");

    public ILocator Input => Page.Locator("#msg");

    public ILocator Send => Page.Locator("#send-btn");

    public ILocator Stop => Page.Locator("#chat-stop");

    public ILocator Newest => Page.Locator("#chat-newest");

    public ILocator Announcer => Page.Locator("#chat-announcer");

    /// <summary>The line that says how the connection is.</summary>
    public ILocator State => Page.Locator(".chat-state");

    /// <summary>What the newest answer waits for.</summary>
    public ILocator Waiting => Page.Locator(".chat-waiting");

    public ILocator Thinking => Page.Locator(".chat-thinking");

    public ILocator Todos => Page.Locator("#todo-list > li");

    /// <summary>Errors, dialogs and what the content security policy forbade.</summary>
    public IReadOnlyList<string> Complaints => [.. _complaints];

    public IReadOnlyList<string> Requests => [.. _requests];

    /// <summary>How many sockets the page has opened.</summary>
    public int Sockets { get; private set; }

    /// <summary>How many sockets and streams are open.</summary>
    public int Connections => Volatile.Read(ref _connections);

    public static async Task<TodoPage> OpenAsync(IPage page, Uri address)
    {
        var todo = new TodoPage(page);
        await page.AddInitScriptAsync("""
            window.closings = [];
            const Native = window.WebSocket;
            window.WebSocket = class extends Native {
              constructor(...args) { super(...args); this.addEventListener('close', e => window.closings.push(e.code)); }
            };
            document.addEventListener('securitypolicyviolation', e => console.error('CSP forbids ' + e.violatedDirective + ' ' + e.blockedURI));
            """);
        await page.GotoAsync(address.ToString());
        await todo.ConnectedAsync();
        return todo;
    }

    public Task ConnectedAsync() => Expect(Panel).ToHaveAttributeAsync("data-connection", "open");

    public ILocator Answers(string state = "complete") => Page.Locator($"#msg-list > .chat-entry[data-role=assistant][data-state={state}]");

    public static ILocator TextOf(ILocator entry) => entry.Locator(".chat-text");

    public async Task AddAsync(string title)
    {
        await Page.GetByRole(AriaRole.Textbox, new() { Name = "What is to be done?" }).FillAsync(title);
        await Page.GetByRole(AriaRole.Button, new() { Name = "Add", Exact = true }).ClickAsync();
    }

    public Task ToggleAsync(string title) => Page.GetByRole(AriaRole.Button, new() { Name = $"Toggle {title}", Exact = true }).ClickAsync();

    public Task DeleteAsync(string title) => Page.GetByRole(AriaRole.Button, new() { Name = $"Delete {title}", Exact = true }).ClickAsync();

    public async Task SayAsync(string text)
    {
        await Page.GetByRole(AriaRole.Textbox, new() { Name = "Message" }).FillAsync(text);
        await Input.PressAsync("Enter");
    }

    /// <summary>The visible button that has an answer given once more.</summary>
    public ILocator Again(string name) => Page.GetByRole(AriaRole.Button, new() { Name = name, Exact = true });

    /// <summary>Has an answer begin with "one" and hold there; the rest is "two three".</summary>
    public async Task StreamAsync(SampleSite site, string question, Task? rest = null)
    {
        site.Ollama.Answer = _ => FakeAnswer.Text("one two three") with { GateAfterFirst = rest ?? new TaskCompletionSource().Task };
        await SayAsync(question);
        await Expect(TextOf(Answers("streaming"))).ToHaveTextAsync("one");
    }

    /// <summary>Tells of each message that the page sends from now on.</summary>
    public void OnSent(Action<string> sent) => _sent += sent;

    /// <summary>The text of the so-manieth answer in a state, to the letter.</summary>
    public async Task<string> AnswerAsync(int count = 1, string state = "complete")
    {
        await Expect(Answers(state)).ToHaveCountAsync(count);
        return await TextOf(Answers(state).Nth(count - 1)).EvaluateAsync<string>("element => element.textContent");
    }

    /// <summary>All entries in order, as "role: text".</summary>
    public Task<string[]> ReadAsync() => Entries.EvaluateAllAsync<string[]>(
        "entries => entries.map(entry => entry.dataset.role + ': ' + entry.querySelector('.chat-text').textContent)");

    private void CountStream(IRequest request, int change)
    {
        if (new Uri(request.Url).AbsolutePath == "/sse")
        {
            Interlocked.Add(ref _connections, change);
        }
    }
}
