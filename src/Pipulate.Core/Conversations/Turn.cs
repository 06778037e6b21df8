using Microsoft.Extensions.AI;
using Pipulate.Conversations.Entries;

namespace Pipulate.Conversations;

/// <summary>
/// The model's turn to speak: the entry that its words go to, and all that it is told.
/// </summary>
/// <param name="Entry">The answer, still empty.</param>
/// <param name="History">What was said and done before, oldest first, without the system message.</param>
/// <param name="AnswersUser">Whether a person waits for this answer: they typed something, or asked for it once more.</param>
/// <param name="Events">How many events it comments on.</param>
/// <param name="LeftOut">How many entries it is the first not to be told, because the model has no room for them any more.</param>
internal sealed record Turn(ConversationEntry Entry, IReadOnlyList<ChatMessage> History, bool AnswersUser, int Events, int LeftOut)
{
    /// <summary>
    /// When the first of what it answers came, as a timestamp; null where it is not known, or where the answer is asked for once more.
    /// </summary>
    public long? Since { get; init; }

    /// <summary>
    /// Gets who asked: the one who typed the newest words, or else caused the newest event; null where that is not known.
    /// </summary>
    public Requester? Requester { get; init; }

    /// <summary>The requests that what it answers came with, as tracing names them.</summary>
    public IReadOnlyList<string> Causes { get; init; } = [];

    /// <summary>What it answers, where nodes share the answers: that is owed again if the turn is withdrawn.</summary>
    public IReadOnlyList<Guid> Claimed { get; init; } = [];
}
