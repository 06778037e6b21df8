using Pipulate.Connections;
using Pipulate.Conversations;
using Pipulate.Generation;
using Pipulate.Localization;
using Pipulate.Storage;

namespace Pipulate.Nodes;

/// <content>Serves this node: its storage, its connections and its replies.</content>
internal sealed partial class NodeLink : IConversationLifecycle, IRemoteConnections, IReplyCoordination
{
    /// <summary>Raised when another node asks this one to give a reply again.</summary>
    public event Action<ConversationId, Guid>? RegenerationRequested;

    /// <summary>Gets a value indicating whether there is a backplane.</summary>
    public bool IsShared => backplane is not null;

    public bool MayMissViewers => IsShared && (Volatile.Read(ref _unsent) || time.GetElapsedTime(Volatile.Read(ref _asked)) <= Settled);

    /// <summary>Begins to tell the other nodes of the connections of this one, and to add theirs.</summary>
    public void Attach(ConnectionRegistry registry) => _pages = IsShared ? new MirroredConnections(registry, this, time) : null;

    public void Track(ConversationWriter writer)
    {
        if (!IsShared)
        {
            return;
        }

        var conversation = writer.Conversation;
        var shared = new MirroredConversation(writer, this, time);
        conversation.Observers = [.. conversation.Observers, shared];
        conversation.Viewers.LocalViewersChanged = shared.Rouse;
        _held[shared.Id] = shared;
        if (_others.HaveJustLeft(shared.Id, Settled))
        {
            conversation.Viewers.ExpectViewer();
        }

        SetElsewhere(shared.Id);
        shared.Rouse();
    }

    public void Untrack(Conversation conversation)
    {
        if (_held.TryGetValue(conversation.Id, out var shared)
            && shared.Conversation == conversation
            && _held.TryRemove(conversation.Id, out _))
        {
            shared.Rouse();
        }
    }

    public void AnnounceDeleted(ConversationId conversation) => AnnounceDeleted(conversation.Value, all: false);

    public void AnnounceOwnerDeleted(string owner) => AnnounceDeleted(owner, all: true);

    public void OnDeleted(Conversation conversation)
    {
        conversation.Delete(TextKey.ConversationDeleted);
        conversation.Usage.Evict();
        _pages?.SendAway(conversation.Id);
    }

    public void NoteChanged(string connectionId) => _pages?.NoteChanged(connectionId);

    public void Send(ChatAudience audience, ReadOnlyMemory<byte> fragment) => _pages?.Send(audience, fragment);

    public void SetGroup(string connectionId, string group, bool joins) => _pages?.SetGroup(connectionId, group, joins);

    public void Disconnect(ChatAudience audience) => _pages?.Disconnect(audience);

    public void Vacate(ChatAudience audience) => _pages?.Vacate(audience);

    public async Task RepairAsync(Conversation conversation, CancellationToken cancellationToken)
    {
        if (Find(conversation) is { } shared)
        {
            await shared.RepairAsync(cancellationToken);
        }
    }

    public bool TryRegenerate(Conversation conversation, Guid reply) => Find(conversation)?.TryRegenerate(reply) is not false;

    private static MirroredConversation? Find(Conversation conversation) =>
        conversation.Observers.OfType<MirroredConversation>().FirstOrDefault();

    private void AnnounceDeleted(string name, bool all)
    {
        if (IsShared)
        {
            _gone.Enqueue((name, all));
            _wake.Set();
        }
    }
}
