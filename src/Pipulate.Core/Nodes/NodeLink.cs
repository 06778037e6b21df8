using System.Collections.Concurrent;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Pipulate.Connections;
using Pipulate.Conversations;
using Pipulate.Conversations.Entries;
using Pipulate.Localization;
using Pipulate.Storage;
using Pipulate.Threading;

namespace Pipulate.Nodes;

/// <summary>
/// The way to the other nodes. What is said here is gathered for <see cref="GatherInterval"/> and published at once for all conversations;
/// what nobody else follows is not published. A node follows each conversation that it holds, so what it holds is what was said, wherever
/// that was. Without a backplane it does nothing.
/// </summary>
internal sealed partial class NodeLink(
    TimeProvider time, ILogger<NodeLink> logger, IPipulateBackplane? backplane = null) : BackgroundService, INodeListener
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

    /// <summary>Raised when somebody at another node wants an answer of this one once more.</summary>
    public event Action<ConversationId, Guid>? RegenerationRequested;

    /// <summary>Whether there is a backplane.</summary>
    public bool IsOn => backplane is not null;

    /// <summary>Whether other nodes are known to be there.</summary>
    public bool HasOtherNodes => _others.Any;

    /// <summary>Whether other nodes may have pages that this one has not been told of: it cannot hear them, or has just asked.</summary>
    public bool MayMissPages => IsOn && (Volatile.Read(ref _unsent) || time.GetElapsedTime(Volatile.Read(ref _asked)) <= Settled);

    /// <summary>Whether a node is there, as far as is known.</summary>
    public bool Knows(Guid node) => _others.Knows(node);

    /// <summary>From now on the other nodes hear of the pages here, and their pages are known here.</summary>
    /// <returns>The way to their pages; null without a backplane.</returns>
    public MirroredConnections? Share(ConnectionRegistry registry) => _pages = IsOn ? new MirroredConnections(registry, this, time) : null;

    /// <summary>From now on the other nodes hear what is said in a conversation here, and what they say comes into it.</summary>
    public void Share(ConversationWriter kept)
    {
        if (!IsOn)
        {
            return;
        }

        var shared = new MirroredConversation(kept, this, time);
        kept.Conversation.Observers = [.. kept.Conversation.Observers, shared];
        kept.Conversation.Viewers.LocalViewersChanged = shared.Rouse;
        _held[shared.Id] = shared;
        if (_others.HaveJustLeft(shared.Id, Settled))
        {
            kept.Conversation.Viewers.ExpectViewer();
        }

        SetElsewhere(shared.Id);
        shared.Rouse();
    }

    /// <summary>The process forgets a conversation.</summary>
    public void Untrack(Conversation conversation)
    {
        if (_held.TryGetValue(conversation.Id, out var shared)
            && shared.Conversation == conversation
            && _held.TryRemove(conversation.Id, out _))
        {
            shared.Rouse();
        }
    }

    public void NoteChanged(MirroredConversation shared)
    {
        _changed.Enqueue(shared);
        _wake.Set();
    }

    /// <summary>A conversation was deleted from the store, or all of an owner.</summary>
    public void AnnounceDeleted(string name, bool all)
    {
        if (IsOn)
        {
            _gone.Enqueue((name, all));
            _wake.Set();
        }
    }

    /// <summary>A conversation was deleted elsewhere: here it ends too, and its pages are sent away.</summary>
    public void OnDeleted(Conversation conversation)
    {
        conversation.Delete(TextKey.ConversationDeleted);
        conversation.Evict();
        _pages?.SendAway(conversation.Id);
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

    public void TakeAsk(Guid node)
    {
        _others.RecordHeartbeat(node);
        Volatile.Write(ref _answer, true);
        _wake.Set();
    }

    public void TakeAlive(Guid node, long follows, long pages)
    {
        var known = _pages?.Check(node, pages) is not false;
        if (_others.Check(node, follows) is { } unsure)
        {
            known = false;
            SetElsewhere(unsure);
        }

        if (!known)
        {
            Ask();
        }
    }

    public void TakeBye(Guid node) => Forget(node);

    public void TakeFollow(Guid node, ConversationId conversation, bool watched, bool introduce)
    {
        _others.Follow(node, conversation, watched);
        SetElsewhere(conversation, introduce);
    }

    public void TakeLeave(Guid node, ConversationId conversation)
    {
        _others.Leave(node, conversation);
        SetElsewhere(conversation);
    }

    public void TakePause(ConversationId conversation, bool paused)
    {
        if (_held.TryGetValue(conversation, out var shared))
        {
            shared.Conversation.ApplyRemotePause(paused);
        }
    }

    public void TakeTitle(ConversationId conversation, string? title, bool proposed)
    {
        if (_held.TryGetValue(conversation, out var shared))
        {
            shared.Conversation.ApplyRemoteTitle(title, proposed);
        }
    }

    public void TakeState(Guid node, ConversationId conversation, long digest)
    {
        if (_held.TryGetValue(conversation, out var shared))
        {
            shared.Compare(node, digest);
        }
    }

    public void TakeEntry(Guid node, ConversationId conversation, in EntryFrame frame)
    {
        if (_held.TryGetValue(conversation, out var shared))
        {
            shared.Take(node, frame);
        }
    }

    public void TakeGone(string name, bool all)
    {
        foreach (var shared in _held.Values)
        {
            if (name == (all ? shared.Id.Owner : shared.Id.Value))
            {
                OnDeleted(shared.Conversation);
            }
        }
    }

    public void TakePages(Guid node) => _pages?.TakePages(node);

    public void TakePage(Guid node, ConnectionDescriptor card) => _pages?.TakePage(node, card);

    public void TakePageGone(Guid node, string id) => _pages?.TakePageGone(node, id);

    public void TakeGroup(Guid node, string id, string group, bool joins) => _pages?.TakeGroup(node, id, group, joins);

    public void TakeFragment(Guid node, ChatAudience audience, in FragmentPiece piece) => _pages?.TakeFragment(node, audience, piece);

    public void TakeDisconnect(ChatAudience audience) => _pages?.TakeDisconnect(audience);

    public void TakeVacate(ChatAudience audience) => _pages?.TakeVacate(audience);

    public void TakeAgain(ConversationId conversation, Guid answer)
    {
        if (_held.ContainsKey(conversation))
        {
            RegenerationRequested?.Invoke(conversation, answer);
        }
    }

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

    private void Receive(ReadOnlyMemory<byte> message)
    {
        if (!NodeMessageReader.Read(message, this) && !_strange)
        {
            _strange = true;
            LogStrange();
        }
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

    private void SetElsewhere(IEnumerable<ConversationId> conversations)
    {
        foreach (var conversation in conversations)
        {
            SetElsewhere(conversation);
        }
    }

    private void SetElsewhere(ConversationId conversation, bool introduce = false)
    {
        // Under a lock, or of two who set it at once the one with the older view may be the last.
        lock (_gate)
        {
            if (_held.TryGetValue(conversation, out var shared))
            {
                var (followed, watched) = _others.Of(conversation);
                shared.SetElsewhere(followed, watched, introduce);
            }
        }
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

    private async Task TendAllAsync(CancellationToken stopping)
    {
        using var tick = new PeriodicTimer(BetweenReadings, time);
        var last = time.GetTimestamp();
        try
        {
            while (await tick.WaitForNextTickAsync(stopping))
            {
                foreach (var shared in _stale.Keys)
                {
                    if (await TryReadAsync(shared, (conversation, limit) => conversation.RepairAsync(limit), stopping))
                    {
                        _stale.TryRemove(shared, out _);
                    }
                }

                if (time.GetElapsedTime(last) >= Heartbeat)
                {
                    last = time.GetTimestamp();
                    await BeatAsync(stopping);
                }
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
        }
    }

    private async Task BeatAsync(CancellationToken stopping)
    {
        foreach (var node in _others.Silent(Silence))
        {
            LogGone(node);
            Forget(node);
        }

        Volatile.Write(ref _beat, true);
        _wake.Set();
        foreach (var shared in _held.Values)
        {
            if (shared.Maintain(TornAfter))
            {
                await TryReadAsync(
                    shared,
                    async (conversation, limit) =>
                    {
                        await conversation.EndOrphanedAsync(TornAfter, limit);
                        return true;
                    },
                    stopping);
            }
        }
    }

    private void Forget(Guid node)
    {
        SetElsewhere(_others.Forget(node));
        _pages?.Forget(node);
    }

    private async Task<bool> TryReadAsync(
        MirroredConversation shared, Func<MirroredConversation, CancellationToken, Task<bool>> read, CancellationToken stopping)
    {
        using var limit = new CancellationTokenSource(ReadLimit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, stopping);
        try
        {
            return await read(shared, either.Token);
        }
        catch (Exception exception)
        {
            // The store is away; the keeper says so aloud. Tried again with the next tick.
            LogUnread(shared.Id, exception.GetType().Name);
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
        4, LogLevel.Warning, "A node of another version of Pipulate is connected. It is not understood: what is said there is seen here when a conversation is opened anew.")]
    private partial void LogStrange();

    [LoggerMessage(5, LogLevel.Debug, "What is missing of conversation {Conversation} could not be read: {Problem}.")]
    private partial void LogUnread(ConversationId conversation, string problem);

    [LoggerMessage(
        6, LogLevel.Warning, "Fragments do not reach the pages of other nodes: more are sent than can be told. This is said once.")]
    private partial void LogDropped();
}
