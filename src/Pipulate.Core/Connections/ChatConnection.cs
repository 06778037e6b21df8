using System.Buffers;
using Pipulate.Conversations;
using Pipulate.Rendering;
using Pipulate.Telemetry;
using Pipulate.Threading;

namespace Pipulate.Connections;

/// <summary>
/// Writes to one open page: from a cursor into its conversation, and from a small queue of fragments, in one loop. The loop runs at most
/// every <see cref="GatherInterval"/>, and at once after a pause of that length, so that the first token does not wait.
/// </summary>
internal sealed class ChatConnection : IConversationViewer, IIndexedConnection, IDisposable
{
    /// <summary>
    /// Groups the tokens of this interval into one message, because fewer and larger writes make many pages cheap (docs/decisions/0001).
    /// </summary>
    public static readonly TimeSpan GatherInterval = TimeSpan.FromMilliseconds(40);

    private readonly IChatTransport _transport;
    private readonly PanelCursor _cursor;
    private readonly FragmentQueue _fragments = new();
    private readonly AsyncAutoResetEvent _changed = new();
    private readonly AsyncAutoResetEvent _gathered = new();
    private readonly ITimer _timer;
    private readonly TimeProvider _time;
    private readonly TimeSpan _sendTimeout;
    private readonly PipulateMetrics? _metrics;
    private readonly ArrayBufferWriter<byte> _message = new(1024);
    private CloseReason _closing;
    private bool _beat;
    private bool _vacated;

    public ChatConnection(
        ChatConnectionInfo info,
        Conversation conversation,
        PanelStatus status,
        IChatTransport transport,
        TimeSpan sendTimeout,
        TimeProvider time,
        PipulateMetrics? metrics = null,
        CustomEntryRenderer? renderer = null)
    {
        Info = info;
        Conversation = conversation;
        _transport = transport;
        _sendTimeout = sendTimeout;
        _time = time;
        _metrics = metrics;
        _cursor = new PanelCursor(conversation, status, renderer);
        _timer = time.CreateTimer(
            static signal => ((AsyncAutoResetEvent)signal!).Set(), _gathered, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public ChatConnectionInfo Info { get; }

    public Conversation Conversation { get; }

    public HashSet<string> Groups { get; } = [];

    public void NotifyChanged() => _changed.Set();

    /// <summary>Says where the page was, before it is written to.</summary>
    public void Resume(string place)
    {
        if (_cursor.Resume(place))
        {
            _metrics?.Resynced(ResyncKind.Resumed);
        }
    }

    /// <summary>Queues a fragment for this page alone; a page that lets its queue fill up is asked to come back later.</summary>
    public void Send(ReadOnlyMemory<byte> fragment)
    {
        if (!_fragments.TryAdd(fragment))
        {
            if (_closing == default)
            {
                _metrics?.Evicted(EvictionReason.Full);
            }

            Close(CloseReason.TryAgainLater);
            return;
        }

        _changed.Set();
    }

    /// <summary>Ends the connection from the server's side, after what is being sent now. The first reason counts.</summary>
    public void Close(CloseReason reason)
    {
        Interlocked.CompareExchange(ref _closing, reason, default);
        _changed.Set();
    }

    /// <summary>
    /// Gets a value indicating whether the page's visitor has changed. Messages that it still sends belong to the previous visitor and are
    /// refused.
    /// </summary>
    public bool IsVacated => Volatile.Read(ref _vacated);

    /// <summary>Refuses all further messages of the page, which is notified by <see cref="Vacate"/>.</summary>
    public void StopAccepting() => Volatile.Write(ref _vacated, true);

    /// <summary>Empties the page's conversation and closes the connection, so that the page reconnects with its current cookies.</summary>
    public void Vacate()
    {
        StopAccepting();
        Close(CloseReason.TryAgainLater);
    }

    /// <summary>
    /// Writes until the connection is closed from here or <paramref name="gone"/> is cancelled because the page has disconnected. Throws
    /// when a send fails.
    /// </summary>
    /// <exception cref="TimeoutException">A send took too long.</exception>
    public async Task WriteAsync(CancellationToken gone)
    {
        await using var waking = gone.UnsafeRegister(static connection => ((ChatConnection)connection!).Rouse(), this);
        using var sendTimer = new SendTimeout(_sendTimeout, _time, gone);
        using var heart = _transport.Heartbeat is { } period
            ? _time.CreateTimer(static connection => ((ChatConnection)connection!).Beat(), this, period, period)
            : null;
        _changed.Set();
        try
        {
            await WriteAsync(sendTimer, gone);
        }
        catch (Exception exception) when (sendTimer.HasExpired)
        {
            throw new TimeoutException("The page took nothing for too long.", exception);
        }
    }

    public void Dispose() => _timer.Dispose();

    private async Task WriteAsync(SendTimeout sendTimer, CancellationToken gone)
    {
        long? sent = null;
        while (true)
        {
            await _changed.WaitAsync();
            if (sent is { } last && GatherInterval - _time.GetElapsedTime(last) is { Ticks: > 0 } rest)
            {
                _timer.Change(rest, Timeout.InfiniteTimeSpan);
                await _gathered.WaitAsync();
            }

            if (gone.IsCancellationRequested)
            {
                return;
            }

            // What is new goes out first, also when the connection is about to be closed: a stopped answer is shown as stopped.
            // Read before gathering, so that a close with its last words that comes during the send gets a round of its own.
            var closing = _closing == default && Conversation.WasEvicted ? CloseReason.Restarting : _closing;
            var beat = Interlocked.Exchange(ref _beat, false);
            _message.ResetWrittenCount();
            if (_cursor.Write(_message))
            {
                _metrics?.Resynced(ResyncKind.Snapshot, _cursor.WroteSnapshot ? 1 : 0);
                _metrics?.Resynced(ResyncKind.Rewrite, _cursor.Rewrote);
                await _transport.SendAsync(_message.WrittenMemory, _cursor.Position, sendTimer.Start());
                sendTimer.Stop();
                sent = _cursor.AwaitsFirstText ? null : _time.GetTimestamp();
            }
            else if (beat)
            {
                await SendAsync(default, sendTimer);
            }

            // Each of the app's fragments is a message of its own: one may refer to what the one before has made.
            while (_fragments.TryTake(out var fragment))
            {
                await SendAsync(fragment, sendTimer);
            }

            if (closing != default)
            {
                if (IsVacated)
                {
                    await _transport.SendAsync(PanelFragments.Vacated, ResumeToken.None, sendTimer.Start());
                    sendTimer.Stop();
                }

                await _transport.CloseAsync(closing, sendTimer.Start());
                return;
            }
        }
    }

    /// <summary>Wakes the loop from any of its waits.</summary>
    private void Rouse()
    {
        _gathered.Set();
        _changed.Set();
    }

    private void Beat()
    {
        Interlocked.Exchange(ref _beat, true);
        _changed.Set();
    }

    private async ValueTask SendAsync(ReadOnlyMemory<byte> message, SendTimeout timer)
    {
        await _transport.SendAsync(message, timer.Start());
        timer.Stop();
    }
}
