using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Pipulate.Soak.Hosting;

/// <summary>An application with a panel on a page, on a real Kestrel port.</summary>
internal sealed class SoakHost : IAsyncDisposable
{
    private readonly WebApplication _app;

    private SoakHost(WebApplication app)
    {
        _app = app;
        Address = new Uri(app.Urls.Single());
        Http = new HttpClient(new SocketsHttpHandler
        {
            UseCookies = false,
            MaxConnectionsPerServer = 50,
            PooledConnectionIdleTimeout = TimeSpan.Zero,
        })
        {
            BaseAddress = Address,
        };
    }

    public Uri Address { get; }

    /// <summary>
    /// Without cookies of its own, for each request brings its visitor's; and it keeps no connections, which would be counted as ours.
    /// </summary>
    public HttpClient Http { get; }

    public IConnectionRegistry Registry => _app.Services.GetRequiredService<IConnectionRegistry>();

    public IChatChannel Channel => _app.Services.GetRequiredService<IChatChannel>();

    public static Task<SoakHost> StartAsync(IChatClient model, SoakLog log, SoakSettings settings) => StartAsync(
        new Uri("http://127.0.0.1:0"),
        new FaultLogger(log),
        services =>
        {
            services.AddDataProtection().UseEphemeralDataProtectionProvider();
            services.AddSingleton(model);
            services.AddPipulate(options =>
            {
                options.Limits.Generations = 1_000;
                options.Limits.MessagesPerMinute = 10_000;
                options.Limits.MessageBurst = 10_000;
                options.Limits.Send = settings.SendLimit;
            });
        });

    /// <param name="address">Where; port 0 is any free one.</param>
    /// <param name="logger">Hears what is logged.</param>
    /// <param name="services">Adds Pipulate, and what it is to have.</param>
    /// <param name="map">Further endpoints.</param>
    public static async Task<SoakHost> StartAsync(
        Uri address, ILoggerProvider logger, Action<IServiceCollection> services, Action<WebApplication>? map = null)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions
        {
            ApplicationName = typeof(SoakHost).Assembly.GetName().Name,
            ContentRootPath = AppContext.BaseDirectory,
        });
        builder.Logging.ClearProviders().SetMinimumLevel(LogLevel.Warning).AddProvider(logger);
        builder.WebHost.UseUrls(address.ToString());
        builder.Services.AddRazorPages();
        services(builder.Services);
        var app = builder.Build();
        app.UsePipulate();
        app.MapRazorPages();
        app.MapPipulate();
        app.MapGet("/who", (HttpContext context) => context.GetConversation()?.Value ?? "");
        map?.Invoke(app);
        await app.StartAsync();
        return new SoakHost(app);
    }

    /// <summary>Loads the page.</summary>
    /// <returns>The page, and the cookies that the visitor has from now on.</returns>
    public async Task<(string Html, string Cookie)> LoadAsync(string cookie)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/");
        if (cookie.Length > 0)
        {
            request.Headers.Add("Cookie", cookie);
        }

        using var response = await Http.SendAsync(request);
        response.EnsureSuccessStatusCode();
        var given = response.Headers.TryGetValues("Set-Cookie", out var cookies) ? string.Join(
            "; ", cookies.Select(one => one.Split(';')[0])) : cookie;
        return (await response.Content.ReadAsStringAsync(), given);
    }

    /// <summary>Whose pages those with this cookie are.</summary>
    public async Task<ChatAudience> AudienceAsync(string cookie)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/who");
        request.Headers.Add("Cookie", cookie);
        using var response = await Http.SendAsync(request);
        return ChatAudience.Conversation(new ConversationId(await response.Content.ReadAsStringAsync()));
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    /// <summary>An error in the log is a fault.</summary>
    public sealed class FaultLogger(SoakLog log) : ILoggerProvider, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Error;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
            {
                log.Fault($"Logged: {formatter(state, exception)} {exception}");
            }
        }

        public void Dispose()
        {
        }
    }
}
