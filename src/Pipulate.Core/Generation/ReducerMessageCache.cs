using Microsoft.Extensions.AI;

namespace Pipulate.Generation;

/// <summary>
/// Gives an application's reducer the same message objects again from one request of a conversation to the next: reducers that summarize
/// keep
/// the summary with the last message that it covers.
/// Only what both requests begin with is the same. Behind a message that was changed, forgotten or cut, all are new ones, so that no
/// summary
/// outlives what it summarizes. Not thread-safe.
/// </summary>
internal sealed class ReducerMessageCache
{
    private IReadOnlyList<ChatMessage> _told = [];

    /// <summary>Gets the request, with the messages of the one before as far as both say the same.</summary>
    public IReadOnlyList<ChatMessage> Continue(IReadOnlyList<ChatMessage> request)
    {
        var same = 0;
        while (same < _told.Count && same < request.Count && IsSame(_told[same], request[same]))
        {
            same++;
        }

        return _told = [.. _told.Take(same), .. request.Skip(same)];
    }

    /// <summary>Forgets the request before: a reducer that was given up may still write to its messages.</summary>
    public void Forget() => _told = [];

    private static bool IsSame(ChatMessage told, ChatMessage message) => told.Role == message.Role && told.Text == message.Text;
}
