using System.Net;
using System.Net.WebSockets;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.Mvc.Testing.Handlers;
using Microsoft.Net.Http.Headers;

namespace Pipulate.Testing;

/// <summary>
/// Represents a visitor's open chat panel, without a browser: it is connected as a page is, lists what the panel shows, and can type.
/// </summary>
/// <remarks>
/// What arrives is applied as htmx applies it, and held to the form that htmx 2 and 4 read alike. Safe for concurrent use; an exception
/// that names what was wanted and what is there instead ends each wait after <see cref="Patience"/>.
/// </remarks>
public sealed class ChatTranscript : IAsyncDisposable
{
    private readonly PanelConnection _connection;
    private readonly HttpClient? _ownHttp;

    private ChatTranscript(WebSocket socket, HttpClient http, HttpClient? ownHttp)
    {
        _connection = new PanelConnection(socket);
        _ownHttp = ownHttp;
        Http = http;
    }

    /// <summary>
    /// Gets the client that sends requests as this visitor: what it does is commented on here.
    /// </summary>
    /// <value>The one that was given; otherwise one with the visitor's cookies and the header <c>HX-Request</c>.</value>
    public HttpClient Http { get; }

    /// <summary>
    /// Gets or sets how long a wait may take.
    /// </summary>
    /// <value>The default is 20 seconds.</value>
    public TimeSpan Patience { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>
    /// Gets what the panel shows now, from top to bottom.
    /// </summary>
    public IReadOnlyList<ChatTranscriptEntry> Entries => Read(EntriesOf);

    /// <summary>
    /// Gets the line that says how the model is.
    /// </summary>
    public string Status => Read(page => page.Status);

    /// <summary>
    /// Gets the messages that came, as htmx is given them: the application's own fragments are among them.
    /// </summary>
    public IReadOnlyList<string> Frames => _connection.Frames;

    internal Task<int> Closed => _connection.Closed;

    internal WebSocket Socket => _connection.Socket;

    /// <summary>
    /// Connects to an application that a factory hosts in this process.
    /// </summary>
    /// <typeparam name="TEntryPoint">The application's entry point, such as <c>Program</c>.</typeparam>
    /// <param name="factory">The factory.</param>
    /// <param name="visitor">
    /// A client of this factory whose visitor it is to be: it has loaded a page with a panel, or has signed in. Null for a new visitor.
    /// </param>
    /// <param name="path">The address of the panel's socket: <c>/ws</c>, behind the prefix of <c>MapPipulate</c>.</param>
    /// <returns>The panel, which has had its first message.</returns>
    /// <exception cref="InvalidOperationException">The page was not let in, or <paramref name="visitor"/> has no cookie yet.</exception>
    public static async Task<ChatTranscript> ConnectAsync<TEntryPoint>(
        WebApplicationFactory<TEntryPoint> factory, HttpClient? visitor = null, string path = "/ws")
        where TEntryPoint : class
    {
        ArgumentNullException.ThrowIfNull(factory);
        ArgumentException.ThrowIfNullOrEmpty(path);
        var cookies = new CookieContainer();
        var address = new Uri(factory.ClientOptions.BaseAddress, path);
        var headers = visitor is null ? [] : await HeadersOfAsync(visitor, path);
        HttpContext? handshake = null;
        var client = factory.Server.CreateWebSocketClient();
        client.ConfigureRequest = request =>
        {
            handshake = request.HttpContext;
            request.Headers.Origin = address.GetLeftPart(UriPartial.Authority);
            foreach (var (name, value) in headers)
            {
                request.Headers[name] = value;
            }
        };
        WebSocket socket;
        try
        {
            socket = await client.ConnectAsync(address, CancellationToken.None);
        }
        catch (InvalidOperationException exception)
        {
            throw new InvalidOperationException(
                $"The page was not let in at {path}: the application answered {handshake?.Response.StatusCode}.", exception);
        }

        var given = handshake!.Response.Headers.SetCookie;
        if (visitor is not null && given.Count > 0)
        {
            socket.Dispose();
            throw new InvalidOperationException(
                "The client is no visitor yet, so the connection was given a visitor of its own. Load a page that shows the panel with "
                    + "the client first, or give none and use the Http of the transcript.");
        }

        foreach (var cookie in given)
        {
            cookies.SetCookies(address, cookie!);
        }

        var http = visitor ?? ForHtmx(factory.CreateDefaultClient(factory.ClientOptions.BaseAddress, new CookieContainerHandler(cookies)));
        return await BeginAsync(new ChatTranscript(socket, http, visitor is null ? http : null));
    }

    /// <summary>
    /// Connects to an application that runs anywhere.
    /// </summary>
    /// <param name="address">Its address, such as <c>http://127.0.0.1:5080</c>.</param>
    /// <param name="visitor">The cookies of the visitor whose panel it is to be. Null for a new visitor.</param>
    /// <param name="path">The address of the panel's socket: <c>/ws</c>, behind the prefix of <c>MapPipulate</c>.</param>
    /// <returns>The panel, which has had its first message.</returns>
    /// <exception cref="WebSocketException">No server answers, or the page was not let in.</exception>
    public static async Task<ChatTranscript> ConnectAsync(Uri address, CookieContainer? visitor = null, string path = "/ws")
    {
        ArgumentNullException.ThrowIfNull(address);
        ArgumentException.ThrowIfNullOrEmpty(path);
        visitor ??= new CookieContainer();
        var socket = new ClientWebSocket();
        try
        {
            socket.Options.Cookies = visitor;
            socket.Options.SetRequestHeader(HeaderNames.Origin, address.GetLeftPart(UriPartial.Authority));
            await socket.ConnectAsync(
                new UriBuilder(new Uri(address, path)) { Scheme = address.Scheme == Uri.UriSchemeHttps ? "wss" : "ws" }.Uri,
                CancellationToken.None);
        }
        catch
        {
            socket.Dispose();
            throw;
        }

        var http = ForHtmx(
            new HttpClient(new SocketsHttpHandler { CookieContainer = visitor, AllowAutoRedirect = false }) { BaseAddress = address });
        return await BeginAsync(new ChatTranscript(socket, http, http));
    }

    /// <summary>
    /// Types a message, as the panel's form sends it.
    /// </summary>
    /// <param name="text">The message.</param>
    /// <returns>A task that ends when it is sent.</returns>
    public Task TypeAsync(string text) =>
        SendAsync(new() { ["msg"] = text, ["mid"] = Guid.NewGuid().ToString("N") });

    /// <summary>
    /// Presses the button that stops the answer.
    /// </summary>
    /// <returns>A task that ends when it is sent.</returns>
    public Task StopAsync() => SendAsync(new() { ["do"] = "stop" });

    /// <summary>
    /// Waits for an answer that has ended, well or not: look at its <see cref="ChatTranscriptEntry.State"/>.
    /// </summary>
    /// <param name="number">Which of those that the panel shows, from 1.</param>
    /// <returns>The answer.</returns>
    /// <exception cref="TimeoutException">It did not come within <see cref="Patience"/>; the message has what the panel shows.</exception>
    public async Task<ChatTranscriptEntry> WaitForAnswerAsync(int number = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(number, 1);
        ChatTranscriptEntry? answer = null;
        await WaitAsync(
            page => (answer = EntriesOf(page)
                .Where(entry => entry is { Role: EntryRole.Assistant, HasEnded: true })
                .ElementAtOrDefault(number - 1)) is not null,
            $"answer {number} to end");
        return answer!;
    }

    /// <summary>
    /// Waits until an entry is as wanted, looking after each message.
    /// </summary>
    /// <param name="wanted">Whether it is the one.</param>
    /// <param name="expression">What is wanted, for the message; the compiler fills it in.</param>
    /// <returns>The first entry that is.</returns>
    /// <exception cref="TimeoutException">None was within <see cref="Patience"/>; the message has what the panel shows.</exception>
    public async Task<ChatTranscriptEntry> WaitForAsync(
        Func<ChatTranscriptEntry, bool> wanted, [CallerArgumentExpression(nameof(wanted))] string expression = "")
    {
        ArgumentNullException.ThrowIfNull(wanted);
        ChatTranscriptEntry? found = null;
        await WaitAsync(page => (found = EntriesOf(page).FirstOrDefault(wanted)) is not null, $"an entry with {expression}");
        return found!;
    }

    /// <summary>
    /// Closes the page. The conversation goes on without it.
    /// </summary>
    /// <returns>A task that ends when it is closed.</returns>
    public async ValueTask DisposeAsync()
    {
        await _connection.DisposeAsync();
        _ownHttp?.Dispose();
    }

    internal T Read<T>(Func<PanelDom, T> read) => _connection.Read(read);

    internal async Task WaitAsync(Func<PanelDom, bool> wanted, string what)
    {
        if (!await _connection.TryWaitAsync(wanted, Patience))
        {
            throw new TimeoutException($"Waited {Patience.TotalSeconds:0.###} s for {what} without success. {Describe()}");
        }
    }

    private static HttpClient ForHtmx(HttpClient http)
    {
        http.DefaultRequestHeaders.Add("HX-Request", "true");
        return http;
    }

    /// <summary>Gets the headers that the client adds to a request: its cookies, and the sign-in.</summary>
    private static async Task<List<(string Name, string Value)>> HeadersOfAsync(HttpClient visitor, string path)
    {
        // The socket's address answers a plain request with a refusal, and nothing happens. The cookies are on the request afterwards: the
        // factory's client puts them there.
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        using var response = await visitor.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        return [.. request.Headers
            .Where(header => header.Key != HeaderNames.Host)
            .Select(header => (header.Key, string.Join(header.Key == HeaderNames.Cookie ? "; " : ", ", header.Value)))];
    }

    private static async Task<ChatTranscript> BeginAsync(ChatTranscript transcript)
    {
        try
        {
            await transcript.WaitAsync(_ => transcript.Frames.Count > 0, "the first message");
            return transcript;
        }
        catch
        {
            await transcript.DisposeAsync();
            throw;
        }
    }

    private static List<ChatTranscriptEntry> EntriesOf(PanelDom page) =>
        [.. page.Entries.Select(entry => new ChatTranscriptEntry(
            entry.Id,
            Enum.Parse<EntryRole>(entry.Role, ignoreCase: true),
            entry.State == "queued" ? EntryState.Streaming : Enum.Parse<EntryState>(entry.State, ignoreCase: true),
            entry.Text,
            page.HtmlOf(entry.Id + "t") ?? "",
            page.WaitingOf(entry.Id),
            page.ReasonOf(entry.Id)))];

    private Task SendAsync(Dictionary<string, string> fields) => _connection.SendAsync(JsonSerializer.SerializeToUtf8Bytes(fields));

    private string Describe()
    {
        var entries = Entries;
        var connection = Closed.IsCompleted ? $"The connection is closed ({Closed.Result}). " : "";
        var shown = entries.Count == 0 ? "nothing" : $"{entries.Count} entries:\n{string.Join('\n', entries)}";
        return $"{connection}The panel shows {shown}\n(status: \"{Status}\")";
    }
}
