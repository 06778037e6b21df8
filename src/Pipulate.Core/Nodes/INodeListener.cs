namespace Pipulate.Nodes;

/// <summary>Takes what another node tells, item by item: see <see cref="NodeMessageWriter"/>.</summary>
internal interface INodeListener
{
    void TakeAsk(Guid node);

    void TakeAlive(Guid node, long digest);

    void TakeBye(Guid node);

    void TakeFollow(Guid node, ConversationId conversation, bool watched, bool introduce);

    void TakeLeave(Guid node, ConversationId conversation);

    void TakePause(ConversationId conversation, bool paused);

    void TakeEntry(ConversationId conversation, in EntryFrame frame);
}
