using System.Net.Http.Json;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Pipulate.Load.Servers;

/// <summary>
/// The everyday shape as one writes it first: what a page says goes to the model, and each token that comes back goes to the page.
/// </summary>
internal static class RelayServer
{
    public static async Task RunAsync(WebApplicationBuilder builder)
    {
        using var http = new HttpClient { BaseAddress = new Uri(Environment.GetEnvironmentVariable("LOAD_MODEL")!) };
        var app = builder.Build();
        app.UseWebSockets();
        app.MapGet("/ws", async (HttpContext context) =>
        {
            using var socket = await context.WebSockets.AcceptWebSocketAsync();
            var buffer = new byte[4096];
            try
            {
                while (await socket.ReceiveAsync(buffer, context.RequestAborted) is { MessageType: WebSocketMessageType.Text } received)
                {
                    using var said = JsonDocument.Parse(buffer.AsMemory(0, received.Count));
                    await AnswerAsync(http, socket, said.RootElement.GetProperty("msg").GetString()!, context.RequestAborted);
                }
            }
            catch (Exception exception) when (exception is WebSocketException or OperationCanceledException)
            {
                // The page has gone.
            }
        });
        await app.RunAsync();
    }

    private static async Task AnswerAsync(HttpClient http, WebSocket socket, string question, CancellationToken gone)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/chat")
        {
            Content = JsonContent.Create(
                new { model = "load:latest", stream = true, messages = new[] { new { role = "user", content = question } } }),
        };
        using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, gone);
        using var lines = new StreamReader(await response.Content.ReadAsStreamAsync(gone));
        while (await lines.ReadLineAsync(gone) is { } line)
        {
            using var chunk = JsonDocument.Parse(line);
            if (chunk.RootElement.GetProperty("message").GetProperty("content").GetString() is { Length: > 0 } token)
            {
                await socket.SendAsync(
                    Encoding.UTF8.GetBytes(ServerKind.Frame(token)), WebSocketMessageType.Text, endOfMessage: true, gone);
            }
        }
    }
}
