using Pipulate.Connections;
using Pipulate.Conversations.Entries;

namespace Pipulate.Nodes;

/// <summary>Takes what another node tells, item by item: see <see cref="NodeMessageWriter"/>.</summary>
internal interface INodeListener
{
    void TakeAsk(Guid node);

    void TakeAlive(Guid node, long follows, long pages);

    void TakeBye(Guid node);

    void TakeFollow(Guid node, ConversationId conversation, bool watched, bool introduce);

    void TakeLeave(Guid node, ConversationId conversation);

    void TakePause(ConversationId conversation, bool paused);

    void TakeTitle(ConversationId conversation, string? title, bool proposed);

    void TakeState(Guid node, ConversationId conversation, long digest);

    void TakeEntry(Guid node, ConversationId conversation, in EntryFrame frame);

    void TakePages(Guid node);

    void TakePage(Guid node, ConnectionDescriptor card);

    void TakePageGone(Guid node, string id);

    void TakeGroup(Guid node, string id, string group, bool joins);

    void TakeFragment(Guid node, ChatAudience audience, in FragmentPiece piece);

    void TakeDisconnect(ChatAudience audience);

    void TakeVacate(ChatAudience audience);

    void TakeGone(string name, bool all);

    void TakeAgain(ConversationId conversation, Guid answer);
}
