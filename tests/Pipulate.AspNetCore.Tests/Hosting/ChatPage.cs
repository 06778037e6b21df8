using System.Net;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;

namespace Pipulate.Tests;

/// <summary>A browser's page as far as the library sees it: cookies, requests, the socket, and the document that the frames build.</summary>
internal sealed class ChatPage : IAsyncDisposable
{
    private readonly ClientWebSocket _socket = new();
    private readonly CancellationTokenSource _gone = new();
    private readonly Lock _gate = new();
    private readonly PanelDom _dom = new();
    private readonly List<string> _messages = [];
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _reading = Task.CompletedTask;
    private bool _left;

    private ChatPage(Uri address, CookieContainer visitor)
    {
        Visitor = visitor;
        Http = new HttpClient(new SocketsHttpHandler { CookieContainer = visitor, AllowAutoRedirect = false }) { BaseAddress = address };
        Http.DefaultRequestHeaders.Add("HX-Request", "true");
        _socket.Options.Cookies = visitor;
    }

    /// <summary>The cookies: another page with the same ones is another tab of the same visitor.</summary>
    public CookieContainer Visitor { get; }

    /// <summary>Sends requests as this visitor.</summary>
    public HttpClient Http { get; }

    public WebSocket Socket => _socket;

    /// <summary>Ends when the socket is closed, with the code; 1006 without a goodbye.</summary>
    public Task<int> Closed { get; private set; } = Task.FromResult(0);

    public IReadOnlyList<string> Messages
    {
        get
        {
            lock (_gate)
            {
                return [.. _messages];
            }
        }
    }

    public static async Task<ChatPage> OpenAsync(Uri address, CookieContainer visitor, string path = "/ws")
    {
        var page = new ChatPage(address, visitor);
        using var limit = new CancellationTokenSource(TestTime.Timeout);
        await page._socket.ConnectAsync(new UriBuilder(new Uri(address, path)) { Scheme = "ws" }.Uri, limit.Token);
        var closed = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        page.Closed = closed.Task;
        page._reading = page.ReadAsync(closed);
        await page.WaitAsync(_ => page._messages.Count > 0);
        return page;
    }

    public Task TypeAsync(string text, string? id = null) =>
        SendAsync(JsonSerializer.Serialize(new { msg = text, mid = id ?? Guid.NewGuid().ToString("N"), HEADERS = new { HX_Request = "true" } }));

    public async Task SendAsync(string message, WebSocketMessageType type = WebSocketMessageType.Text) =>
        await _socket.SendAsync(Encoding.UTF8.GetBytes(message), type, endOfMessage: true, TestContext.Current.CancellationToken);

    /// <summary>Waits until the document is as wanted, looking after each message.</summary>
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

            try
            {
                await changed.WaitAsync(limit.Token);
            }
            catch (OperationCanceledException)
            {
                Assert.Fail($"The page did not become as wanted. It has:\n{Describe()}");
            }
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
        if (_left)
        {
            return;
        }

        _left = true;
        await _gone.CancelAsync();
        _socket.Abort();
        await _reading;
        _socket.Dispose();
        Http.Dispose();
        _gone.Dispose();
    }

    private async Task ReadAsync(TaskCompletionSource<int> closed)
    {
        var buffer = new byte[64 * 1024];
        var message = new MemoryStream();
        try
        {
            while (true)
            {
                var received = await _socket.ReceiveAsync(buffer, _gone.Token);
                if (received.MessageType is WebSocketMessageType.Close)
                {
                    closed.SetResult((int)received.CloseStatus!.Value);
                    await _socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, _gone.Token);
                    return;
                }

                message.Write(buffer, 0, received.Count);
                if (received.EndOfMessage)
                {
                    Take(Encoding.UTF8.GetString(message.GetBuffer(), 0, (int)message.Length));
                    message.SetLength(0);
                }
            }
        }
        catch (Exception problem) when (problem is OperationCanceledException or WebSocketException or IOException or ObjectDisposedException)
        {
            closed.TrySetResult(1006);
        }
    }

    private void Take(string message)
    {
        TaskCompletionSource changed;
        lock (_gate)
        {
            _messages.Add(message);
            _dom.Apply(message);
            changed = _changed;
            _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        changed.SetResult();
    }

    private string Describe() => Read(dom => $"status: {dom.Status}\n{string.Join('\n', dom.Entries)}");
}
