using Pipulate.Conversations;
using Pipulate.Conversations.Entries;
using Pipulate.Localization;

namespace Pipulate.Connections;

/// <summary>Shows one piece of work in each conversation of its audience.</summary>
internal sealed class ChatProgress(IReadOnlyList<(Conversation Conversation, ConversationEntry Entry)> shown) : IChatProgress
{
    public void Report(int done, int total, string? text = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(total);
        ArgumentOutOfRangeException.ThrowIfNegative(done);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(done, total);
        foreach (var (conversation, entry) in shown)
        {
            conversation.Report(entry, new Progress(done, total, text));
        }
    }

    public void Complete(string? text = null) => End(EntryState.Complete, text);

    public void Fail(string reason)
    {
        ArgumentException.ThrowIfNullOrEmpty(reason);
        End(EntryState.Failed, reason);
    }

    public void Dispose()
    {
        foreach (var (conversation, entry) in shown)
        {
            conversation.End(entry, EntryState.Stopped, conversation.Texts[TextKey.Stopped]);
        }
    }

    private void End(EntryState state, string? reason)
    {
        foreach (var (conversation, entry) in shown)
        {
            conversation.End(entry, state, reason);
        }
    }
}
