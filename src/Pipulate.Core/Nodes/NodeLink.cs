using System.Collections.Concurrent;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Pipulate.Threading;

namespace Pipulate.Nodes;

/// <summary>
/// Exchanges the changes of conversations and connections with the other nodes. Changes are gathered for <see cref="GatherInterval"/> and
/// published together; those of a conversation that no other node follows are not published. A node follows each conversation that it
/// holds, so its copy is complete, wherever entries are added. Without a backplane it does nothing.
/// </summary>
internal sealed partial class NodeLink(
    TimeProvider time, ILogger<NodeLink> logger, IPipulateBackplane? backplane = null) : BackgroundService
{
    public static readonly TimeSpan GatherInterval = TimeSpan.FromMilliseconds(40);

    /// <summary>Holds how often missing text is looked for in the store.</summary>
    public static readonly TimeSpan BetweenReadings = TimeSpan.FromMilliseconds(500);

    /// <summary>Holds how often a node sends a sign of life.</summary>
    public static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(5);

    /// <summary>Holds after how long without a message a node is considered ended.</summary>
    public static readonly TimeSpan Silence = TimeSpan.FromSeconds(15);

    /// <summary>Holds after how long a growing entry that no message mentions counts as orphaned. Heartbeats mention it too.</summary>
    public static readonly TimeSpan TornAfter = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Holds how long a page may take to connect to another node after it left one, and how long busy nodes may take to answer a question.
    /// </summary>
    public static readonly TimeSpan Settled = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan PublishLimit = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan ReadLimit = TimeSpan.FromSeconds(5);

    private readonly Guid _node = Guid.NewGuid();
    private readonly NodeTracker _others = new(time);
    private readonly ConcurrentDictionary<ConversationId, MirroredConversation> _held = new();
    private readonly ConcurrentQueue<MirroredConversation> _changed = new();
    private readonly ConcurrentQueue<(string Name, bool All)> _gone = new();
    private readonly ConcurrentDictionary<MirroredConversation, bool> _stale = new();

    /// <summary>
    /// Holds the conversations that the others know this node to follow, and whether connections here show them. Only the sending loop uses
    /// it.
    /// </summary>
    private readonly Dictionary<ConversationId, bool> _follows = [];
    private readonly AsyncAutoResetEvent _wake = new();
    private MirroredConnections? _pages;
    private readonly Lock _gate = new();
    private bool _introduceAll;
    private bool _ask;
    private bool _answer;
    private bool _beat;
    private bool _strange;
    private bool _unsent;
    private bool _dropped;
    private long _asked = time.GetTimestamp();

    /// <summary>Gets a value indicating whether other nodes are known.</summary>
    public bool HasOtherNodes => _others.Any;

    /// <summary>Gets a value indicating whether a node is known to run.</summary>
    public bool Knows(Guid node) => _others.Knows(node);

    public void NoteChanged(MirroredConversation shared)
    {
        _changed.Enqueue(shared);
        _wake.Set();
    }

    /// <summary>Wakes the sending loop, because there is something to send.</summary>
    public void Wake() => _wake.Set();

    /// <summary>Logs once that a fragment was dropped because too many wait.</summary>
    public void NoteDropped()
    {
        if (!_dropped)
        {
            _dropped = true;
            LogDropped();
        }
    }

    public void NoteStale(MirroredConversation shared) => _stale.TryAdd(shared, true);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (backplane is null)
        {
            return;
        }

        using var subscription = backplane.Subscribe(Receive, Reconnected);
        await using var waking = stoppingToken.UnsafeRegister(static link => ((NodeLink)link!)._wake.Set(), this);
        await Task.WhenAll(SendAllAsync(backplane, stoppingToken), TendAllAsync(stoppingToken));
    }

    /// <summary>Exchanges the state again, because messages may have been lost in both directions.</summary>
    private void Reconnected()
    {
        Volatile.Write(ref _introduceAll, true);
        Ask();
    }

    /// <summary>Asks the others what they follow and which connections they have.</summary>
    private void Ask()
    {
        Volatile.Write(ref _asked, time.GetTimestamp());
        Volatile.Write(ref _ask, true);
        _wake.Set();
    }

    private async Task SendAllAsync(IPipulateBackplane backplane, CancellationToken stopping)
    {
        using var writer = new NodeMessageWriter(_node, backplane.LargestMessage);
        var last = time.GetTimestamp() - time.TimestampFrequency;
        while (!stopping.IsCancellationRequested)
        {
            await _wake.WaitAsync();
            if (GatherInterval - time.GetElapsedTime(last) is { Ticks: > 0 } rest)
            {
                await Task.Delay(rest, time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }

            last = time.GetTimestamp();
            Gather(writer);
            if (!await TrySendAsync(backplane, writer.Take()))
            {
                await Task.Delay(BetweenReadings, time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }

        // All answers have been stopped before, so these are the last changes.
        Gather(writer);
        writer.Bye();
        await TrySendAsync(backplane, writer.Take());
    }

    private void Gather(NodeMessageWriter writer)
    {
        var asks = Interlocked.Exchange(ref _ask, false);
        var beats = Interlocked.Exchange(ref _beat, false) || asks;
        if (asks)
        {
            writer.Ask();
        }

        if (Interlocked.Exchange(ref _introduceAll, false))
        {
            // Every conversation is introduced again: this node sends its state, and the others send theirs.
            _follows.Clear();
            foreach (var shared in _held.Values)
            {
                shared.Introduce();
                if (shared.Conversation.Viewers.Any)
                {
                    NoteStale(shared);
                }
            }
        }

        if (Interlocked.Exchange(ref _answer, false))
        {
            beats = true;
            foreach (var (conversation, watched) in _follows)
            {
                writer.Follow(conversation, watched, introduce: false);
            }

            _pages?.TellAll(writer);
        }

        while (_gone.TryDequeue(out var gone))
        {
            writer.Gone(gone.Name, gone.All);
        }

        _pages?.Tell(writer);

        for (var count = _changed.Count; count > 0 && _changed.TryDequeue(out var shared); count--)
        {
            Announce(writer, shared.Id);
            shared.Tell(writer);
        }

        if (beats)
        {
            writer.Alive(Digest.Of(_follows), _pages?.DigestOfTold() ?? 0);
        }
        else if (!_others.Any)
        {
            // No other node runs.
            _ = writer.Take();
        }
    }

    private void Announce(NodeMessageWriter writer, ConversationId conversation)
    {
        var known = _follows.TryGetValue(conversation, out var before);
        if (_held.TryGetValue(conversation, out var held))
        {
            var watched = held.Conversation.Viewers.Any;
            if (!known || before != watched)
            {
                _follows[conversation] = watched;
                writer.Follow(conversation, watched, introduce: !known);
            }
        }
        else if (_follows.Remove(conversation))
        {
            writer.Leave(conversation);
        }
    }

    /// <returns>Whether it was sent; otherwise all state is sent again later.</returns>
    private async Task<bool> TrySendAsync(IPipulateBackplane backplane, IReadOnlyList<byte[]> messages)
    {
        try
        {
            using var limit = new CancellationTokenSource(PublishLimit, time);
            foreach (var message in messages)
            {
                await backplane.PublishAsync(message, limit.Token);
            }

            if (_unsent && messages.Count > 0)
            {
                Volatile.Write(ref _unsent, false);
                LogSentAgain();
            }

            return true;
        }
        catch (Exception exception)
        {
            if (!_unsent)
            {
                Volatile.Write(ref _unsent, true);
                LogUnsent(exception);
            }

            Reconnected();
            return false;
        }
    }

    [LoggerMessage(
        1,
        LogLevel.Warning,
        "Messages to the other nodes cannot be sent. Sending is retried, and they read from the store what they missed.")]
    private partial void LogUnsent(Exception exception);

    [LoggerMessage(2, LogLevel.Information, "Messages to the other nodes are sent again.")]
    private partial void LogSentAgain();

    [LoggerMessage(3, LogLevel.Information, "Node {Node} is considered ended: it has sent nothing for 15 s.")]
    private partial void LogGone(Guid node);

    [LoggerMessage(
        4,
        LogLevel.Warning,
        "A node of another version of Pipulate is connected. Its messages are ignored: what is said there is seen here when a "
            + "conversation is loaded again.")]
    private partial void LogStrange();

    [LoggerMessage(5, LogLevel.Debug, "What is missing of conversation {Conversation} could not be read: {Problem}.")]
    private partial void LogUnread(ConversationId conversation, string problem);

    [LoggerMessage(
        6, LogLevel.Warning, "Fragments are not sent to connections of other nodes, because too many wait. This is logged once.")]
    private partial void LogDropped();
}
