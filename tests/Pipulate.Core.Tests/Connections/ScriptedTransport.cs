using System.Text;
using System.Threading.Channels;
using Pipulate.Connections;

namespace Pipulate.Tests.Connections;

/// <summary>The browser's end of a connection: keeps what was sent, and takes as long over it as the test says.</summary>
internal sealed class ScriptedTransport : IChatTransport
{
    private readonly Channel<string> _sent = Channel.CreateUnbounded<string>();
    private readonly TaskCompletionSource<CloseReason> _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _sending;

    /// <summary>Called for each message before the send ends; null sends at once.</summary>
    public Func<CancellationToken, Task>? OnSend { get; set; }

    public TimeSpan? Heartbeat { get; init; }

    public bool IsClosed => _closed.Task.IsCompleted;

    public async ValueTask SendAsync(ReadOnlyMemory<byte> message, CancellationToken cancellationToken)
    {
        Assert.Equal(1, Interlocked.Increment(ref _sending));
        Assert.False(IsClosed);
        cancellationToken.ThrowIfCancellationRequested();
        _sent.Writer.TryWrite(Encoding.UTF8.GetString(message.Span));
        if (OnSend is { } onSend)
        {
            await onSend(cancellationToken);
        }

        Interlocked.Decrement(ref _sending);
    }

    /// <summary>Called before the goodbye ends; null says it at once.</summary>
    public Func<CancellationToken, Task>? OnClose { get; set; }

    public Task CloseAsync(CloseReason reason, CancellationToken cancellationToken)
    {
        Assert.Equal(0, _sending);
        Assert.True(_closed.TrySetResult(reason), "It was closed twice.");
        return OnClose?.Invoke(cancellationToken) ?? Task.CompletedTask;
    }

    public Task<string> NextAsync() =>
        _sent.Reader
            .ReadAsync(TestContext.Current.CancellationToken)
            .AsTask()
            .WaitAsync(TestTime.Timeout, TestContext.Current.CancellationToken);

    public bool TryNext(out string? message) => _sent.Reader.TryRead(out message);

    public Task<CloseReason> ClosedAsync() => _closed.Task.WaitAsync(TestTime.Timeout, TestContext.Current.CancellationToken);
}
