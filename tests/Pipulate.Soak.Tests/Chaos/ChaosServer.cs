using System.Diagnostics;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Pipulate.Soak.Hosting;

namespace Pipulate.Soak.Chaos;

/// <summary>The application, which is stopped and started again at the same address, with the same keys and the same store.</summary>
internal sealed class ChaosServer : IAsyncDisposable
{
    /// <summary>How long its end may take with pages that do not answer the goodbye.</summary>
    private static readonly TimeSpan LongestEnd = TimeSpan.FromSeconds(15);

    private readonly EphemeralDataProtectionProvider _keys = new();
    private readonly List<WeakReference> _started;
    private readonly ChaosModel _model;
    private readonly ChaosStore _store;
    private readonly SoakLog _log;
    private int _changes;

    private ChaosServer(ChaosModel model, ChaosStore store, List<WeakReference> started, SoakLog log) =>
        (_model, _store, _started, _log) = (model, store, started, log);

    public SoakHost Host { get; private set; } = null!;

    public Uri Address { get; private set; } = new("http://127.0.0.1:0");

    /// <summary>Raised at each end and each start.</summary>
    public int Changes => Volatile.Read(ref _changes);

    /// <param name="model">Who answers.</param>
    /// <param name="store">Where the conversations are.</param>
    /// <param name="started">Gets something of every application that is started, which is gone when all of it is.</param>
    /// <param name="log">What is seen.</param>
    public static async Task<ChaosServer> StartAsync(ChaosModel model, ChaosStore store, List<WeakReference> started, SoakLog log)
    {
        var server = new ChaosServer(model, store, started, log);
        server.Host = await server.StartAsync();
        server.Address = server.Host.Address;
        return server;
    }

    /// <summary>Whether it was there all the time since it had changed so often: then whatever went wrong went wrong with it.</summary>
    public bool WasThereSince(int changes) => changes % 2 == 0 && changes == Changes;

    public async Task RestartAsync(TimeSpan away, CancellationToken cancellationToken)
    {
        _log.Count("server restarted");
        Interlocked.Increment(ref _changes);
        await StopAsync();
        await Task.Delay(away, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Host = await StartAsync();
        Interlocked.Increment(ref _changes);
    }

    public async ValueTask DisposeAsync() => await StopAsync();

    private async Task StopAsync()
    {
        var (began, registry) = (Stopwatch.GetTimestamp(), Host.Registry);
        await Host.DisposeAsync();
        if (registry.Count > 0)
        {
            _log.Fault($"{registry.Count} pages are counted after the server's end.");
        }

        if (Stopwatch.GetElapsedTime(began) is var took && took > LongestEnd)
        {
            _log.Fault($"The server took {took.TotalSeconds:0.0} s to end.");
        }
    }

    private async Task<SoakHost> StartAsync()
    {
        var host = await StartOnceAsync();
        _started.Add(new WeakReference(host.Registry));
        return host;
    }

    private Task<SoakHost> StartOnceAsync() => SoakHost.StartAsync(
        Address,
        new ChaosLogger(_log, _store),
        services =>
        {
            services.AddSingleton<IDataProtectionProvider>(_keys);
            services.AddAntiforgery();
            services.AddPipulate(options =>
            {
                options.Ollama.Endpoint = _model.Endpoint;
                options.Limits.Generations = 32;
                options.Limits.FirstToken = TimeSpan.FromSeconds(5);
                options.Limits.Idle = TimeSpan.FromSeconds(2);
                options.Limits.Answer = TimeSpan.FromSeconds(20);
                options.Limits.Unwatched = TimeSpan.FromSeconds(3);
                options.Limits.Send = TimeSpan.FromSeconds(2);
            }).AddSqlite(_store.Path);
        },
        app =>
        {
            app.MapGet("/token", (IAntiforgery antiforgery, HttpContext context) => antiforgery.GetAndStoreTokens(context).RequestToken);
            app.MapPost("/deed", (string title) => Results.NoContent()).WithChatCommentary("They have done {title}. One remark.");
        });
}
