using Pipulate.Conversations.Entries;

namespace Pipulate.Storage;

/// <summary>Maps the entries of a conversation to those of a store and back.</summary>
internal static class EntryMapper
{
    /// <summary>Maps an entry that was read from the store.</summary>
    /// <param name="stored">The entry in the store.</param>
    /// <param name="interrupted">
    /// The reason to give for an entry that was streaming when its process ended; null where another node may go on with it.
    /// </param>
    public static ConversationEntry ToConversationEntry(StoredEntry stored, string? interrupted)
    {
        var ends = stored.State is EntryState.Streaming && interrupted is not null;
        var entry =
            new ConversationEntry(checked((int)stored.Ordinal), stored.Role, ends ? EntryState.Stopped : stored.State, stored.CreatedAt)
            {
                Id = stored.Id,
                IsRemote = true,
                Epoch = stored.Epoch + (ends ? 1 : 0),
                Kind = stored.Kind,
                AuthorName = stored.Voice,
                Reason = ends ? interrupted : stored.Reason,
                MessageId = stored.MessageId,
            };
        entry.Text.Set(stored.Text);
        return entry;
    }

    /// <summary>Maps an entry as the store is to have it now. Called under the conversation's lock.</summary>
    public static StoredEntry ToStoredEntry(ConversationEntry entry) => new()
    {
        Id = entry.Id,
        Role = entry.Role,
        State = entry.State,
        CreatedAt = entry.CreatedAt,
        Epoch = entry.Epoch,
        Text = entry.Text.ToString(),
        Withdrawn = entry.Withdrawn,
        Kind = Clean(entry.Kind),
        Voice = Clean(entry.AuthorName),
        Reason = Clean(entry.Reason),
        MessageId = Clean(entry.MessageId),
    };

    /// <summary>
    /// Cleans a value like the text of an entry: the page chooses the id of its message, and a database refuses NUL.
    /// </summary>
    private static string? Clean(string? value)
    {
        if (value is null)
        {
            return null;
        }

        var text = new EntryText();
        text.Set(value);
        return text.ToString();
    }
}
