using System.Collections.Concurrent;

namespace Pipulate.FakeOllama;

/// <summary>
/// Ollama's HTTP surface with scripted answers, on a real Kestrel on loopback. What it says and how it fails follows Ollama's own source;
/// the official npm client cannot tell the difference (README.md beside this file).
/// </summary>
public sealed class FakeOllamaServer : IAsyncDisposable
{
    private readonly ConcurrentQueue<RecordedChat> _chats = new();
    private readonly Counter _chatCount = new();
    private readonly Counter _aborted = new();
    private readonly Counter _listed = new();
    private WebApplication? _app;

    public FakeOllamaServer() => Answer = SpecialModels.Answer;

    /// <summary>What is installed, newest first.</summary>
    public IReadOnlyList<FakeModel> Models { get; set; } = [new FakeModel("llama3.2:latest")];

    /// <summary>Decides what each request is answered.</summary>
    public Func<RecordedChat, FakeAnswer> Answer { get; set; }

    public Uri Endpoint { get; private set; } = new("http://127.0.0.1");

    public IReadOnlyList<RecordedChat> Chats => [.. _chats];

    /// <summary>How many chats the client left before their end.</summary>
    public int Aborted => _aborted.Value;

    /// <summary>How often /api/tags was asked.</summary>
    public int Listed => _listed.Value;

    public static async Task<FakeOllamaServer> StartAsync(int port = 0)
    {
        var server = new FakeOllamaServer();
        await server.ListenAsync([], $"http://127.0.0.1:{port}");
        return server;
    }

    /// <summary>Ends when at least so many chats have come, with that one of them.</summary>
    public async Task<RecordedChat> WaitForChatAsync(int count, CancellationToken cancellationToken)
    {
        await _chatCount.WaitForAsync(count, cancellationToken);
        return Chats[count - 1];
    }

    public Task WaitForAbortedAsync(int count, CancellationToken cancellationToken) => _aborted.WaitForAsync(count, cancellationToken);

    /// <summary>Gives the port free at once, whatever is under way.</summary>
    public async Task StopAsync()
    {
        if (_app is { } app)
        {
            _app = null;
            await app.StopAsync(new CancellationToken(canceled: true));
            await app.DisposeAsync();
        }
    }

    public async ValueTask DisposeAsync() => await StopAsync();

    /// <summary>Listens with the arguments of a command line; without an address in them, at the one given.</summary>
    internal async Task<WebApplication> ListenAsync(string[] args, string? url = null)
    {
        var builder = WebApplication.CreateSlimBuilder(args);
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.AddServerHeader = false);
        if (url is not null)
        {
            builder.WebHost.UseUrls(url);
        }

        var app = builder.Build();
        OllamaEndpoints.Map(app, this);
        await app.StartAsync();
        Endpoint = new Uri(app.Urls.First());
        _app = app;
        return app;
    }

    internal void Record(RecordedChat chat)
    {
        _chats.Enqueue(chat);
        _chatCount.Increment();
    }

    internal void NoteAborted() => _aborted.Increment();

    internal void NoteListed() => _listed.Increment();
}
