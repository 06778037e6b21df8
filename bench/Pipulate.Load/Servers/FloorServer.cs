using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Pipulate.Load.Servers;

/// <summary>
/// The least that a frame for each token can cost: built once, and one system call for each page. The control is one port higher.
/// </summary>
internal static class FloorServer
{
    public static async Task RunAsync(WebApplicationBuilder builder, int port)
    {
        var sockets = new List<Socket>();
        using var listener = new Socket(SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, port));
        listener.Listen(5_000);
        _ = Task.Run(async () =>
        {
            while (true)
            {
                var socket = await listener.AcceptAsync();
                socket.NoDelay = true;
                await ShakeHandsAsync(socket);
                lock (sockets)
                {
                    sockets.Add(socket);
                }
            }
        });
        builder.WebHost.UseSetting("urls", $"http://127.0.0.1:{port + 1}");
        var app = builder.Build();
        ServerKind.MapMeasures(app);
        app.MapPost("/go", async (HttpContext context) =>
        {
            var (first, count, rate, padding) = ServerKind.Wish(context.Request);
            await foreach (var token in Token.StreamAsync(first, count, rate, padding, context.RequestAborted))
            {
                var text = Encoding.UTF8.GetBytes(ServerKind.Frame(token));
                byte[] frame = text.Length < 126
                    ? [0x81, (byte)text.Length, .. text]
                    : [0x81, 126, (byte)(text.Length >> 8), (byte)text.Length, .. text];
                lock (sockets)
                {
                    foreach (var socket in sockets)
                    {
                        socket.Send(frame);
                    }
                }
            }
        });
        await app.RunAsync();
    }

    private static async Task ShakeHandsAsync(Socket socket)
    {
        var request = new byte[4096];
        var length = 0;
        string text;
        do
        {
            length += await socket.ReceiveAsync(request.AsMemory(length));
            text = Encoding.ASCII.GetString(request, 0, length);
        }
        while (!text.Contains("\r\n\r\n", StringComparison.Ordinal));

        var key = text.Split("Sec-WebSocket-Key: ")[1].Split("\r\n")[0];
#pragma warning disable CA5350 // RFC 6455 asks for SHA-1, and nothing is secret here.
        var accept = Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")));
#pragma warning restore CA5350
        await socket.SendAsync(Encoding.ASCII.GetBytes(
            $"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {accept}\r\n\r\n"));
    }
}
