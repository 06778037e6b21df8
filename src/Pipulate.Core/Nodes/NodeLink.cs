using System.Collections.Concurrent;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Pipulate.Threading;

namespace Pipulate.Nodes;

/// <summary>
/// The way to the other nodes. What is said here is gathered for <see cref="GatherInterval"/> and published at once for all conversations;
/// what nobody else follows is not published. A node follows each conversation that it holds, so what it holds is what was said, wherever
/// that was. Without a backplane it does nothing.
/// </summary>
internal sealed partial class NodeLink(
    TimeProvider time, ILogger<NodeLink> logger, IPipulateBackplane? backplane = null) : BackgroundService
{
    public static readonly TimeSpan GatherInterval = TimeSpan.FromMilliseconds(40);

    /// <summary>How often what is missing is looked for in the store.</summary>
    public static readonly TimeSpan BetweenReadings = TimeSpan.FromMilliseconds(500);

    /// <summary>How often a node says that it is there.</summary>
    public static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(5);

    /// <summary>After which a node counts as gone.</summary>
    public static readonly TimeSpan Silence = TimeSpan.FromSeconds(15);

    /// <summary>After which a growing entry counts as torn: it is told of with each heartbeat, and looked at with each of ours.</summary>
    public static readonly TimeSpan TornAfter = TimeSpan.FromSeconds(10);

    /// <summary>
    /// After which a page that has left its node has come to another, and a node that has asked something of the others has been told, also
    /// if they are busy.
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
    /// What the others were told that this node follows, and whether pages here show it. Only the one who sends looks at it.
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

    /// <summary>Whether other nodes are known to be there.</summary>
    public bool HasOtherNodes => _others.Any;

    /// <summary>Whether a node is there, as far as is known.</summary>
    public bool Knows(Guid node) => _others.Knows(node);

    public void NoteChanged(MirroredConversation shared)
    {
        _changed.Enqueue(shared);
        _wake.Set();
    }

    /// <summary>There is something to tell.</summary>
    public void Wake() => _wake.Set();

    /// <summary>A fragment could not be told, for too many wait.</summary>
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

    /// <summary>What was said meanwhile may be lost, on the way here and on the way there.</summary>
    private void Reconnected()
    {
        Volatile.Write(ref _introduceAll, true);
        Ask();
    }

    /// <summary>Has the others say what they follow and which pages they have.</summary>
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

        // The answers were stopped before: these are the last words.
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
            // All are told anew, the others' as well as ours.
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
            // Nobody is there.
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

    /// <returns>Whether it was sent; else all is told anew later.</returns>
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
        1, LogLevel.Warning, "Nothing can be told to the other nodes. It is tried again, and they find in the store what they miss.")]
    private partial void LogUnsent(Exception exception);

    [LoggerMessage(2, LogLevel.Information, "The other nodes are told again.")]
    private partial void LogSentAgain();

    [LoggerMessage(3, LogLevel.Information, "Node {Node} is gone: nothing was heard of it for 15 s.")]
    private partial void LogGone(Guid node);

    [LoggerMessage(
        4,
        LogLevel.Warning,
        "A node of another version of Pipulate is connected. It is not understood: what is said there is seen here when a "
            + "conversation is opened anew.")]
    private partial void LogStrange();

    [LoggerMessage(5, LogLevel.Debug, "What is missing of conversation {Conversation} could not be read: {Problem}.")]
    private partial void LogUnread(ConversationId conversation, string problem);

    [LoggerMessage(
        6, LogLevel.Warning, "Fragments do not reach the pages of other nodes: more are sent than can be told. This is said once.")]
    private partial void LogDropped();
}
