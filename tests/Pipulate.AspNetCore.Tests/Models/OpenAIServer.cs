using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Pipulate.Tests.Models;

/// <summary>A server that speaks the protocol of OpenAI's chat completions, as a stream of events.</summary>
internal sealed class OpenAIServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<JsonElement> _requests = new();
    private readonly TaskCompletionSource _aborted = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private OpenAIServer(WebApplication app) => _app = app;

    /// <summary>Where the protocol begins.</summary>
    public Uri Endpoint => new(_app.Urls.First() + "/v1");

    public IReadOnlyList<JsonElement> Requests => [.. _requests];

    /// <summary>The pieces of each answer.</summary>
    public string[] Pieces { get; set; } = ["Well", " said."];

    /// <summary>The statuses with which the next requests are refused, in turn.</summary>
    public ConcurrentQueue<int> Refusals { get; } = new();

    /// <summary>Whether nothing comes after the pieces, not even an end.</summary>
    public bool Hangs { get; set; }

    /// <summary>Ends when a client has gone away in the middle of an answer.</summary>
    public Task Aborted => _aborted.Task;

    public static async Task<OpenAIServer> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var server = new OpenAIServer(app);
        app.MapPost("/v1/chat/completions", server.AnswerAsync);
        await app.StartAsync();
        return server;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        var request = (await JsonDocument.ParseAsync(context.Request.Body)).RootElement;
        _requests.Enqueue(request);
        if (Refusals.TryDequeue(out var status))
        {
            context.Response.StatusCode = status;
            await context.Response.WriteAsJsonAsync(
                new { error = new { message = "Incorrect API key provided: sk-secret.", type = "invalid_request_error", code = "invalid_api_key" } });
            return;
        }

        var model = request.GetProperty("model").GetString();
        context.Response.ContentType = "text/event-stream";
        await SendAsync(Chunk(new { role = "assistant", content = "" }));
        foreach (var piece in Pieces)
        {
            await SendAsync(Chunk(new { content = piece }));
        }

        if (Hangs)
        {
            var gone = new TaskCompletionSource();
            await using var registration = context.RequestAborted.Register(gone.SetResult);
            await gone.Task;
            _aborted.TrySetResult();
            return;
        }

        await SendAsync(Chunk(new { }, "stop"));
        await SendAsync(
            new { id = "c1", @object = "chat.completion.chunk", created = 1, model, choices = Array.Empty<object>(), usage = new { prompt_tokens = 20, completion_tokens = 2, total_tokens = 22 } });
        await context.Response.WriteAsync("data: [DONE]\n\n");

        object Chunk(object delta, string? finish = null) =>
            new
            {
                id = "c1",
                @object = "chat.completion.chunk",
                created = 1,
                model,
                choices = new[]
            {
                new { index = 0, delta, finish_reason = finish }
            }
            };

        async Task SendAsync(object chunk)
        {
            await context.Response.WriteAsync($"data: {JsonSerializer.Serialize(chunk)}\n\n");
            await context.Response.Body.FlushAsync();
        }
    }
}
