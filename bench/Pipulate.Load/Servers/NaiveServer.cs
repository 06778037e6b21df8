using System.Collections.Concurrent;
using System.Net.WebSockets;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Pipulate.Load.Servers;

/// <summary>What one writes first: each token to each socket, one after the other.</summary>
internal static class NaiveServer
{
    public static async Task RunAsync(WebApplicationBuilder builder)
    {
        var sockets = new ConcurrentDictionary<WebSocket, bool>();
        var app = builder.Build();
        app.UseWebSockets();
        app.MapGet("/ws", async (HttpContext context) =>
        {
            using var socket = await context.WebSockets.AcceptWebSocketAsync();
            sockets[socket] = true;
            try
            {
                await socket.ReceiveAsync(new byte[1024], context.RequestAborted);
            }
            catch (Exception exception) when (exception is WebSocketException or OperationCanceledException)
            {
                // The page has gone.
            }

            sockets.TryRemove(socket, out _);
        });
        ServerKind.MapMeasures(app);
        app.MapPost("/go", async (HttpContext context) =>
        {
            var (first, count, rate, padding) = ServerKind.Wish(context.Request);
            await foreach (var token in Token.StreamAsync(first, count, rate, padding, context.RequestAborted))
            {
                var frame = Encoding.UTF8.GetBytes(ServerKind.Frame(token));
                foreach (var (socket, _) in sockets)
                {
                    await socket.SendAsync(frame, WebSocketMessageType.Text, endOfMessage: true, context.RequestAborted);
                }
            }
        });
        await app.RunAsync();
    }
}
