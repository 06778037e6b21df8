using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Pipulate.Load.Servers;

/// <summary>
/// As much of Ollama as an answer takes. Its words are tokens with the time at which they were sent; how many, and how fast, the question
/// says: "count rate".
/// </summary>
internal static class ModelServer
{
    public static async Task RunAsync(WebApplicationBuilder builder)
    {
        var app = builder.Build();
        app.MapGet("/api/version", () => "{\"version\":\"0.12.0\"}");
        app.MapGet(
            "/api/tags",
            () => Results.Text(
                """{"models":[{"name":"load:latest","model":"load:latest","modified_at":"2026-01-01T00:00:00Z","size":1,"digest":"d","details":{"family":"load","families":["load"]}}]}""",
                "application/json"));
        app.MapPost(
            "/api/show",
            () => Results.Text("""{"capabilities":["completion"],"details":{"family":"load"},"model_info":{}}""", "application/json"));
        app.MapPost("/api/chat", async (HttpContext context) =>
        {
            using var request = await JsonDocument.ParseAsync(context.Request.Body);
            var question =
                request.RootElement.GetProperty("messages").EnumerateArray().Last().GetProperty("content").GetString()!.Split(' ');
            context.Response.ContentType = "application/x-ndjson";
            await foreach (var token in Token.StreamAsync(
                0,
                int.Parse(question[0], System.Globalization.CultureInfo.InvariantCulture),
                int.Parse(question[1], System.Globalization.CultureInfo.InvariantCulture),
                0,
                context.RequestAborted))
            {
                await context.Response.WriteAsync(
                    $"{{\"model\":\"load:latest\",\"created_at\":\"2026-01-01T00:00:00Z\",\"message\":{{\"role\":\"assistant\",\"content\":\"{token}\"}},\"done\":false}}\n");
            }

            await context.Response.WriteAsync(
                "{\"model\":\"load:latest\",\"created_at\":\"2026-01-01T00:00:00Z\",\"message\":{\"role\":\"assistant\",\"content\":\"\"},\"done\":true,\"done_reason\":\"stop\"}\n");
        });
        await app.RunAsync();
    }
}
