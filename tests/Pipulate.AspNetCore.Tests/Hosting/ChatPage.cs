using System.Net;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;

namespace Pipulate.Tests;

/// <summary>
/// A <see cref="ChatTranscript"/> with what our own tests look at besides: the visitor's cookies, the bare socket and its end, and the
/// document behind the entries.
/// </summary>
internal sealed class ChatPage : IAsyncDisposable
{
    private readonly ChatTranscript _transcript;

    private ChatPage(ChatTranscript transcript, CookieContainer visitor) => (_transcript, Visitor) = (transcript, visitor);

    /// <summary>The cookies: another page with the same ones is another tab of the same visitor.</summary>
    public CookieContainer Visitor { get; }

    /// <summary>Sends requests as this visitor.</summary>
    public HttpClient Http => _transcript.Http;

    public WebSocket Socket => _transcript.Socket;

    /// <summary>Ends when the socket is closed, with the code; 1006 without a goodbye.</summary>
    public Task<int> Closed => _transcript.Closed;

    public IReadOnlyList<string> Messages => _transcript.Frames;

    public static async Task<ChatPage> OpenAsync(Uri address, CookieContainer visitor, string path = "/ws") =>
        new(await ChatTranscript.ConnectAsync(address, visitor, path), visitor);

    public Task TypeAsync(string text, string? id = null) =>
        SendAsync(
            JsonSerializer.Serialize(new { msg = text, mid = id ?? Guid.NewGuid().ToString("N"), HEADERS = new { HX_Request = "true" } }));

    public async Task SendAsync(string message, WebSocketMessageType type = WebSocketMessageType.Text) =>
        await Socket.SendAsync(Encoding.UTF8.GetBytes(message), type, endOfMessage: true, TestContext.Current.CancellationToken);

    /// <summary>Waits until the document is as wanted, looking after each message.</summary>
    public Task WaitAsync(Func<PanelDom, bool> wanted) => _transcript.WaitAsync(wanted, "the page to be as wanted");

    public async Task<string> WaitForAnswerAsync(int count = 1, string state = "complete")
    {
        await WaitAsync(dom => dom.Entries.Count(entry => entry.Role == "assistant" && entry.State == state) >= count);
        return Read(dom => dom.Entries.Where(entry => entry.Role == "assistant" && entry.State == state).ElementAt(count - 1).Text);
    }

    public T Read<T>(Func<PanelDom, T> read) => _transcript.Read(read);

    public ValueTask DisposeAsync() => _transcript.DisposeAsync();
}
