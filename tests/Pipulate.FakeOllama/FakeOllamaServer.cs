using System.Net;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Pipulate.FakeOllama.Chat;
using Pipulate.FakeOllama.Hosting;
using Pipulate.FakeOllama.Library;

namespace Pipulate.FakeOllama;

/// <summary>A server that speaks Ollama's HTTP protocol on a real loopback socket and says what the test wants to hear.</summary>
public sealed class FakeOllamaServer : IAsyncDisposable
{
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(2);

    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly WebApplication _app;
    private IReadOnlyList<FakeModel> _models = SpecialModels.Installed;
    private Task? _stopped;
    private int _tagsRequests;
    private int _runningRequests;

    private FakeOllamaServer(int port)
    {
        Stopping = _stopping.Token;

        // The empty builder reads no configuration: ASPNETCORE_URLS in a developer's shell must not move the server.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            // Go sets no pace: a client that stops reading for a while has not gone away.
            kestrel.Limits.MinResponseDataRate = null;
            kestrel.Listen(IPAddress.Loopback, port, listen => listen.Protocols = HttpProtocols.Http1);
        });
        builder.Services.AddRoutingCore();
        builder.Services.AddSingleton<IHostLifetime, SilentLifetime>();
        _app = builder.Build();
        FakeOllamaRoutes.Map(_app, this);
    }

    /// <summary>http://127.0.0.1:PORT.</summary>
    public Uri Endpoint { get; private set; } = new("http://127.0.0.1");

    /// <summary>What is installed, newest first. Default: llama3.2:latest and the special models.</summary>
    public IReadOnlyList<FakeModel> Models
    {
        get => Volatile.Read(ref _models);
        set => Volatile.Write(ref _models, value);
    }

    /// <summary>What can be pulled besides the installed models. Default: tinyllama:latest.</summary>
    public IReadOnlyList<FakeModel> Pullable { get; set; } = SpecialModels.Pullable;

    /// <summary>Decides each chat's answer. Default: <see cref="FakeAnswer.ByModelName"/>.</summary>
    public Func<RecordedChat, FakeAnswer> Answer { get; set; } = FakeAnswer.ByModelName;

    /// <summary>The version it says it has.</summary>
    public string Version { get; set; } = "0.32.15";

    /// <summary>The context of a request that names none. Default 4096.</summary>
    public int ContextLength { get; set; } = 4096;

    /// <summary>Every body <c>/api/chat</c> received so far, in order: refused ones and mere loads too.</summary>
    public IReadOnlyList<RecordedChat> Chats => Journal.Chats;

    /// <summary>How many chats' clients went away before the end.</summary>
    public int Aborted => Journal.Aborted;

    /// <summary>How often the list of models was asked for.</summary>
    public int TagsRequests => Volatile.Read(ref _tagsRequests);

    /// <summary>How often <c>/api/ps</c> was asked for.</summary>
    public int RunningRequests => Volatile.Read(ref _runningRequests);

    /// <summary>The Stopwatch timestamp of the newest token sent to anybody.</summary>
    public long? LastTokenTimestamp => Chats.Max(chat => chat.LastTokenTimestamp);

    internal ChatJournal Journal { get; } = new();

    internal LoadedModels Loaded { get; } = new();

    internal CancellationToken Stopping { get; }

    /// <summary>Starts a server on 127.0.0.1; port 0 is any free one.</summary>
    public static async Task<FakeOllamaServer> StartAsync(int port = 0)
    {
        var server = new FakeOllamaServer(port);
        try
        {
            await server._app.StartAsync();
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }

        server.Endpoint = new Uri(server._app.Urls.Single());
        return server;
    }

    /// <summary>Waits until at least <paramref name="count"/> chats were received and returns that one, counted from 1.</summary>
    public Task<RecordedChat> WaitForChatAsync(int count, CancellationToken ct) => Journal.WaitForChatAsync(count, ct);

    /// <summary>Waits until at least <paramref name="count"/> clients went away before the end.</summary>
    public Task WaitForAbortedAsync(int count, CancellationToken ct) => Journal.WaitForAbortedAsync(count, ct);

    /// <summary>Cuts every client off and frees the port; what was recorded stays readable.</summary>
    public Task StopAsync()
    {
        lock (_gate)
        {
            return _stopped ??= StopOnceAsync();
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _stopping.Dispose();
    }

    internal void CountTags() => Interlocked.Increment(ref _tagsRequests);

    internal void CountRunning() => Interlocked.Increment(ref _runningRequests);

    internal void Install(FakeModel model)
    {
        lock (_gate)
        {
            Models = [model, .. Models.Where(m => !m.IsCalled(model.FullName))];
        }
    }

    private async Task StopOnceAsync()
    {
        await _stopping.CancelAsync();
        using var timeout = new CancellationTokenSource(StopTimeout);
        await _app.StopAsync(timeout.Token);
        await _app.DisposeAsync();
    }
}
