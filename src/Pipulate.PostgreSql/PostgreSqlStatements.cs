namespace Pipulate.PostgreSql;

/// <summary>Holds the statements that add entries.</summary>
internal static class PostgreSqlStatements
{
    public const string Make = "INSERT INTO pipulate_conversation (owner, id) VALUES ($1, $2) ON CONFLICT DO NOTHING";

    /// <summary>Locks a conversation, so that the next statement reads what others committed before they released the row.</summary>
    public const string LockConversation = "SELECT FROM pipulate_conversation WHERE owner = $1 AND id = $2 FOR UPDATE";

    public const string Add = """
        WITH conversation AS (SELECT key, last_ordinal FROM pipulate_conversation WHERE owner = $1 AND id = $2),
        known AS (
            SELECT ordinal, id FROM pipulate_entry WHERE conversation = (SELECT key FROM conversation) AND id = $3
            UNION ALL
            -- The same message by another node: looked for among the newest, because a page repeats only what was not acknowledged.
            SELECT ordinal, id FROM pipulate_entry
            WHERE $15 AND conversation = (SELECT key FROM conversation) AND id <> $3 AND role = 'User'
            AND message_id = $14 AND text = $8 AND NOT withdrawn
            AND ordinal > (SELECT last_ordinal FROM conversation) - 200
            LIMIT 1),
        numbered AS (
            UPDATE pipulate_conversation SET last_ordinal = last_ordinal + 1,
                changed_at = greatest(changed_at + interval '1 microsecond', clock_timestamp())
            WHERE key = (SELECT key FROM conversation) AND NOT EXISTS (SELECT FROM known)
            RETURNING key, last_ordinal),
        added AS (
            INSERT INTO pipulate_entry
                (conversation, ordinal, id, role, state, at, epoch, text, length, withdrawn, kind, voice, reason, message_id)
            SELECT key, last_ordinal, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14 FROM numbered
            RETURNING ordinal, id)
        SELECT ordinal, false, id FROM known UNION ALL SELECT ordinal, true, id FROM added
        """;

    public const string LockEntry = """
        SELECT entry.conversation, entry.ordinal, entry.epoch, entry.length FROM pipulate_entry AS entry
        JOIN pipulate_conversation AS conversation ON conversation.key = entry.conversation
        WHERE conversation.owner = $1 AND conversation.id = $2 AND entry.id = $3
        FOR UPDATE OF entry
        """;
}
