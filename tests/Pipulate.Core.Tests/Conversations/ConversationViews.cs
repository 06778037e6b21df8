using Pipulate.Conversations;
using Pipulate.Conversations.Entries;

namespace Pipulate.Tests.Conversations;

/// <summary>Looks into a conversation as the code does, under its lock, and waits for it without polling.</summary>
internal static class ConversationViews
{
    public static T Look<T>(this Conversation conversation, Func<IReadOnlyList<ConversationEntry>, T> look)
    {
        lock (conversation.Gate)
        {
            return look(conversation.Log.Entries);
        }
    }

    /// <summary>Role and text of all that pages show, in order.</summary>
    public static string[] Shown(this Conversation conversation) =>
        conversation.Look(
            entries => entries.Where(entry => entry.Visible).Select(entry => $"{entry.Role}/{entry.State}: {entry.Text}").ToArray());

    public static async Task UntilAsync(this Conversation conversation, Func<IReadOnlyList<ConversationEntry>, bool> condition)
    {
        using var bell = new Bell();
        conversation.Viewers.Add(bell);
        try
        {
            while (!conversation.Look(condition))
            {
                Assert.True(
                    await bell.Rung.WaitAsync(TestTime.Timeout, TestContext.Current.CancellationToken),
                    $"It did not come to that: {string.Join(" | ", conversation.Shown())}");
            }
        }
        finally
        {
            conversation.Viewers.Remove(bell);
        }
    }

    private sealed class Bell : IConversationViewer, IDisposable
    {
        public SemaphoreSlim Rung { get; } = new(0);

        public void NotifyChanged() => Rung.Release();

        public void Dispose() => Rung.Dispose();
    }
}
