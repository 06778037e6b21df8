using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Pipulate.Tests.Models.Ollama;

/// <summary>A real HTTP server that answers /api/chat exactly as a test writes it, byte for byte.</summary>
internal sealed class ScriptedOllama : IAsyncDisposable
{
    private readonly WebApplication _app;

    private ScriptedOllama(WebApplication app) => _app = app;

    /// <summary>The answer to /api/chat; the second argument is cancelled when the client has gone.</summary>
    public Func<HttpContext, CancellationToken, Task> Chat { get; set; } = (context, _) => WriteAsync(context, Line("Hello"), Done());

    public Func<HttpContext, Task> Tags { get; set; } = context => context.Response.WriteAsync(Installed("llama3.2:latest"));

    public Func<HttpContext, string, Task> Show { get; set; } =
        (context, _) => context.Response.WriteAsync("""{"capabilities":["completion"]}""");

    public Func<HttpContext, Task> Running { get; set; } = context => context.Response.WriteAsync(Installed());

    public ConcurrentQueue<JsonElement> Bodies { get; } = [];

    public ConcurrentQueue<string> Shown { get; } = [];

    public ConcurrentDictionary<string, bool> Connections { get; } = [];

    public TaskCompletionSource Aborted { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public int Listings;

    public Uri Endpoint => new(_app.Services
        .GetRequiredService<Microsoft.AspNetCore.Hosting.Server.IServer>().Features
        .Get<IServerAddressesFeature>()!.Addresses.First());

    public static async Task<ScriptedOllama> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(options => options.Listen(IPAddress.Loopback, 0));
        var app = builder.Build();
        var server = new ScriptedOllama(app);
        app.MapGet("/api/tags", (HttpContext context) =>
        {
            Interlocked.Increment(ref server.Listings);
            return server.Tags(context);
        });
        app.MapGet("/api/ps", (HttpContext context) => server.Running(context));
        app.MapPost("/api/show", async (HttpContext context) =>
        {
            var body = await JsonSerializer.DeserializeAsync<JsonElement>(context.Request.Body);
            server.Shown.Enqueue(body.GetProperty("model").GetString()!);
            await server.Show(context, body.GetProperty("model").GetString()!);
        });
        app.MapPost("/api/chat", async (HttpContext context) =>
        {
            server.Connections[context.Connection.Id] = true;
            server.Bodies.Enqueue(await JsonSerializer.DeserializeAsync<JsonElement>(context.Request.Body));
            context.RequestAborted.Register(() => server.Aborted.TrySetResult());
            await server.Chat(context, context.RequestAborted);
        });
        await app.StartAsync();
        return server;
    }

    public OllamaChatClient Client(string? model = "llama3.2", TimeProvider? time = null) =>
        new(new OllamaOptions { Endpoint = Endpoint, Model = model }, timeProvider: time);

    public static string Installed(params string[] names)
        => $$"""{"models":[{{string.Join(',', names.Select((name, index) => $$"""{"name":"{{name}}","modified_at":"2026-01-{{28 - index:00}}T10:00:00.123456789+02:00","size":10,"digest":"{{name}}","details":{"families":null} }"""))}}] }""";

    public static string Line(string content) =>
        $$"""{"model":"llama3.2","created_at":"2026-01-01T00:00:00.123456789Z","message":{"role":"assistant","content":{{JsonSerializer.Serialize(content)}}},"done":false}"""
            + "\n";

    public static string Done(string more = "") =>
        $$"""{"model":"llama3.2","created_at":"2026-01-01T00:00:01Z","message":{"role":"assistant","content":""},"done_reason":"stop","done":true{{more}} }"""
            + "\n";

    public static async Task WriteAsync(HttpContext context, params string[] lines)
    {
        context.Response.ContentType = "application/x-ndjson";
        foreach (var line in lines)
        {
            await context.Response.WriteAsync(line);
            await context.Response.Body.FlushAsync();
        }
    }

    public static Task RefuseAsync(HttpContext context, int status, string body)
    {
        context.Response.StatusCode = status;
        return context.Response.WriteAsync(body);
    }

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource(TimeSpan.FromMilliseconds(1));
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
    }
}
