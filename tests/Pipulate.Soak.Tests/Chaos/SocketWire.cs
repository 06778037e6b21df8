using System.Text;
using Pipulate.Tests;

namespace Pipulate.Soak.Chaos;

/// <summary>The WebSocket.</summary>
internal sealed class SocketWire(RawPage socket) : IWire
{
    public int Status => socket.Status;

    public bool IsOpen => socket.Status == 101;

    public int Closed => socket.Closed;

    public long BytesRead => socket.BytesRead;

    public string? Place => null;

    public static async Task<IWire> ConnectAsync(Uri address, string cookie, int? receiveBuffer, CancellationToken cancellationToken) =>
        new SocketWire(await RawPage.ConnectAsync(address, cookie, receiveBuffer, cancellationToken));

    public async ValueTask<string?> ReadAsync(CancellationToken cancellationToken) =>
        await socket.ReadAsync(cancellationToken) is { } message ? Encoding.UTF8.GetString(message.Span) : null;

    public async Task<string?> TypeAsync(string text, string id)
    {
        await socket.TypeAsync(text, id);
        return null;
    }

    public async Task<string?> DoAsync(string command)
    {
        await socket.DoAsync(command);
        return null;
    }

    public async Task SendGarbageAsync(byte[] bytes, int kind) => await socket.SendBytesAsync((byte[])(kind switch
    {
        0 => bytes,
        1 => [0x81, 0x82, 0, 0, 0, 0, (byte)'[', (byte)']'],
        2 => [0x82, 0x81, 0, 0, 0, 0, 7],
        _ => [0x81, 0xFF, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, .. bytes],
    }));

    public async Task LeaveAsync(CancellationToken cancellationToken)
    {
        await socket.SayGoodbyeAsync(cancellationToken);
        await socket.ReadToEndAsync(cancellationToken);
    }

    public void Reset() => socket.Reset();

    public void Dispose() => socket.Dispose();
}
