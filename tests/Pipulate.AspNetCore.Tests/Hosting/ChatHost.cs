using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Pipulate.FakeOllama;

namespace Pipulate.Tests;

/// <summary>An application with Pipulate on a real Kestrel port, beside a fake Ollama.</summary>
internal sealed class ChatHost : IAsyncDisposable
{
    // Bound and never listening: the system refuses connections, and gives the port to no other test.
    private static readonly Socket Refusing = Bind();

    private readonly WebApplication _app;
    private readonly List<ChatPage> _pages = [];

    private ChatHost(WebApplication app, FakeOllamaServer? ollama, RecordedLogs logs)
    {
        _app = app;
        Ollama = ollama!;
        Logs = logs;
        Address = new Uri(app.Urls.First());
    }

    /// <summary>Gets a port at which nobody listens while the tests run.</summary>
    public static int RefusingPort => ((IPEndPoint)Refusing.LocalEndPoint!).Port;

    public Uri Address { get; }

    /// <summary>The model; only where the host was started without <c>ollama: false</c>.</summary>
    public FakeOllamaServer Ollama { get; }

    public RecordedLogs Logs { get; }

    public IServiceProvider Services => _app.Services;

    /// <summary>Starts an application.</summary>
    /// <param name="map">Its endpoints, between UsePipulate and MapPipulate.</param>
    /// <param name="configure">Pipulate's options.</param>
    /// <param name="services">Further services.</param>
    /// <param name="settings">Configuration, as of a command line.</param>
    /// <param name="signIn">Middleware before all others.</param>
    /// <param name="mapped">Conventions for Pipulate's endpoints.</param>
    /// <param name="ollama">Whether a fake Ollama runs; else the address is one where nobody listens.</param>
    public static async Task<ChatHost> StartAsync(
        Action<WebApplication>? map = null,
        Action<PipulateOptions>? configure = null,
        Action<IServiceCollection>? services = null,
        Dictionary<string, string?>? settings = null,
        Action<WebApplication>? signIn = null,
        Action<IEndpointConventionBuilder>? mapped = null,
        bool ollama = true)
    {
        var model = ollama ? await FakeOllamaServer.StartAsync() : null;
        if (model is not null)
        {
            // Forty words at the usual pace take a quarter of a second, and most tests only want an answer.
            model.Answer = chat =>
            {
                var answer = FakeAnswer.ByModelName(chat);
                return answer.TokensPerSecond == 200 ? answer with { TokensPerSecond = 2_000 } : answer;
            };
        }

        var logs = new RecordedLogs();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.AddInMemoryCollection(settings);
        builder.Logging.ClearProviders().SetMinimumLevel(LogLevel.Debug).AddProvider(logs);
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddRouting();
        services?.Invoke(builder.Services);
        builder.Services.AddPipulate(options =>
        {
            options.Ollama.Endpoint = model?.Endpoint ?? new Uri($"http://127.0.0.1:{RefusingPort}");
            options.Schedule.Debounce = TimeSpan.Zero;
            configure?.Invoke(options);
        });
        var app = builder.Build();
        signIn?.Invoke(app);
        app.UsePipulate();
        map?.Invoke(app);
        var endpoints = app.MapPipulate();
        mapped?.Invoke(endpoints);
        await app.StartAsync();
        return new ChatHost(app, model, logs);
    }

    /// <summary>A visitor's page, connected, that has had its first message.</summary>
    public async Task<ChatPage> OpenAsync(CookieContainer? visitor = null, string path = "/ws")
    {
        var page = await ChatPage.OpenAsync(Address, visitor ?? new CookieContainer(), path);
        _pages.Add(page);
        return page;
    }

    public Task StopAsync() => _app.StopAsync();

    public async ValueTask DisposeAsync()
    {
        foreach (var page in _pages)
        {
            await page.DisposeAsync();
        }

        await _app.DisposeAsync();
        if (Ollama is not null)
        {
            await Ollama.DisposeAsync();
        }
    }

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static Socket Bind()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return socket;
    }
}
