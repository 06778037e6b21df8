using Npgsql;
using Pipulate.Storage;
using static Pipulate.PostgreSql.PostgreSqlCommands;
using static Pipulate.PostgreSql.PostgreSqlRows;
using static Pipulate.PostgreSql.PostgreSqlStatements;

namespace Pipulate.PostgreSql;

/// <summary>
/// Keeps conversations in a PostgreSQL database. Several processes may use it at once, because writes that must be in order lock the
/// conversation's row.
/// </summary>
internal sealed class PostgreSqlConversationStore(string connectionString) : IConversationStore, IAsyncDisposable, IDisposable
{
    private readonly PostgreSqlDatabase _database = new(connectionString);

    public PostgreSqlDatabase Database => _database;

    public async ValueTask<long> AddAsync(ConversationKey conversation, StoredEntry entry, CancellationToken cancellationToken = default)
    {
        await using var connection = await _database.OpenAsync(cancellationToken);
        return (await AddAsync(connection, conversation, entry, begins: true, cancellationToken))!.Value.Ordinal;
    }

    public async ValueTask<long?> TryAddAsync(
        ConversationKey conversation, StoredEntry entry, CancellationToken cancellationToken = default)
    {
        await using var connection = await _database.OpenAsync(cancellationToken);
        return (await AddAsync(connection, conversation, entry, begins: false, cancellationToken))?.Ordinal;
    }

    public async ValueTask<AppendResult> AppendAsync(
        ConversationKey conversation, Guid entry, TextPiece piece, CancellationToken cancellationToken = default)
    {
        await using var connection = await _database.OpenAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (await LockAsync(connection, conversation, entry, cancellationToken) is not { } stored)
        {
            return new AppendResult(AppendOutcome.Missing, 0);
        }

        var outcome = piece.Fit(stored.Epoch, stored.Length, out var missing);
        if (outcome is not AppendOutcome.Taken || (missing.Length == 0 && piece.Epoch == stored.Epoch))
        {
            return new AppendResult(outcome, stored.Length);
        }

        var replaces = piece.Epoch > stored.Epoch;
        var length = replaces ? missing.Length : stored.Length + missing.Length;
        await ExecuteAsync(
            connection,
            $"UPDATE pipulate_entry SET text = {(replaces ? "$3" : "text || $3")}, length = $4, epoch = $5 "
                + "WHERE conversation = $1 AND ordinal = $2",
            cancellationToken,
            Number(stored.Conversation),
            Number(stored.Ordinal),
            Value(missing),
            Number(length),
            Number(piece.Epoch));
        await transaction.CommitAsync(cancellationToken);
        return new AppendResult(AppendOutcome.Taken, length);
    }

    public async ValueTask<bool> ChangeAsync(
        ConversationKey conversation, Guid entry, EntryChange change, CancellationToken cancellationToken = default)
    {
        await using var connection = await _database.OpenAsync(cancellationToken);
        return await ExecuteAsync(
            connection,
            """
            UPDATE pipulate_entry AS entry SET state = $4, reason = $5, withdrawn = $6 FROM pipulate_conversation AS conversation
            WHERE conversation.owner = $1 AND conversation.id = $2 AND entry.conversation = conversation.key
            AND entry.id = $3 AND entry.epoch <= $7
            """,
            cancellationToken,
            Owner(conversation),
            Id(conversation),
            new NpgsqlParameter<Guid> { TypedValue = entry },
            Value(change.State.ToString()),
            Value(change.Reason),
            new NpgsqlParameter<bool> { TypedValue = change.Withdrawn },
            Number(change.Epoch)) > 0;
    }

    public async ValueTask<StoredConversation?> ReadAsync(
        ConversationKey conversation, int most, long? before = null, CancellationToken cancellationToken = default)
    {
        await using var connection = await _database.OpenAsync(cancellationToken);

        // One statement, so that all of it is of the same moment. A conversation without entries is one row without an entry. Ordinals have
        // no
        // gaps, so the window is a range of them: with "the last 200" by a LIMIT, the planner would sort a long conversation as long as its
        // statistics do not say that it is long.
        await using var command = Prepare(
            new NpgsqlCommand(
                """
                SELECT conversation.id, title, paused, changed_at, entry.id, ordinal, role, state, at, epoch, text,
                    withdrawn, kind, voice, reason, message_id
                FROM pipulate_conversation AS conversation LEFT JOIN pipulate_entry AS entry
                ON entry.conversation = conversation.key AND ordinal < least($3, last_ordinal + 1)
                    AND ordinal >= least($3, last_ordinal + 1) - $4
                WHERE conversation.owner = $1 AND conversation.id = $2
                """,
                connection),
            Owner(conversation),
            Id(conversation),
            Number(before ?? long.MaxValue),
            Number(most));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        ConversationSummary? summary = null;
        var entries = new List<StoredEntry>();
        while (await reader.ReadAsync(cancellationToken))
        {
            summary ??= Summarize(reader);
            if (!reader.IsDBNull(4))
            {
                entries.Add(ReadEntry(reader));
            }
        }

        entries.Sort((one, other) => one.Ordinal.CompareTo(other.Ordinal));
        return summary is null ? null : new StoredConversation(summary, entries);
    }

    public async ValueTask<IReadOnlyList<ConversationSummary>> ListAsync(
        string owner, int most, CancellationToken cancellationToken = default)
    {
        await using var connection = await _database.OpenAsync(cancellationToken);
        await using var command = Prepare(
            new NpgsqlCommand(
                "SELECT id, title, paused, changed_at FROM pipulate_conversation WHERE owner = $1 ORDER BY changed_at DESC LIMIT $2",
                connection),
            Value(owner),
            Number(most));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var list = new List<ConversationSummary>();
        while (await reader.ReadAsync(cancellationToken))
        {
            list.Add(Summarize(reader));
        }

        return list;
    }

    public async ValueTask<bool> RenameAsync(ConversationKey conversation, string? title, CancellationToken cancellationToken = default)
    {
        await using var connection = await _database.OpenAsync(cancellationToken);
        return await ExecuteAsync(
            connection,
            "UPDATE pipulate_conversation SET title = $3 WHERE owner = $1 AND id = $2",
            cancellationToken,
            Owner(conversation),
            Id(conversation),
            Value(title)) > 0;
    }

    public async ValueTask<string?> ProposeTitleAsync(
        ConversationKey conversation, string title, CancellationToken cancellationToken = default)
    {
        await using var connection = await _database.OpenAsync(cancellationToken);
        await using var command = Prepare(
            new NpgsqlCommand(
                "UPDATE pipulate_conversation SET title = coalesce(title, $3) WHERE owner = $1 AND id = $2 RETURNING title", connection),
            Owner(conversation),
            Id(conversation),
            Value(title));
        return (string?)await command.ExecuteScalarAsync(cancellationToken);
    }

    public async ValueTask SetPausedAsync(ConversationKey conversation, bool paused, CancellationToken cancellationToken = default)
    {
        await using var connection = await _database.OpenAsync(cancellationToken);
        await ExecuteAsync(
            connection,
            "INSERT INTO pipulate_conversation (owner, id, paused) VALUES ($1, $2, $3) ON CONFLICT (owner, id) DO UPDATE SET paused = "
                + "excluded.paused",
            cancellationToken,
            Owner(conversation),
            Id(conversation),
            new NpgsqlParameter<bool> { TypedValue = paused });
    }

    public async ValueTask<bool> DeleteAsync(ConversationKey conversation, CancellationToken cancellationToken = default)
    {
        await using var connection = await _database.OpenAsync(cancellationToken);
        return await ExecuteAsync(
            connection,
            "DELETE FROM pipulate_conversation WHERE owner = $1 AND id = $2",
            cancellationToken,
            Owner(conversation),
            Id(conversation)) > 0;
    }

    public async ValueTask<int> DeleteAllAsync(string owner, CancellationToken cancellationToken = default)
    {
        await using var connection = await _database.OpenAsync(cancellationToken);
        return await ExecuteAsync(connection, "DELETE FROM pipulate_conversation WHERE owner = $1", cancellationToken, Value(owner));
    }

    public async ValueTask<IReadOnlyList<ConversationKey>> FindExpiredAsync(
        DateTimeOffset unchangedSince, int maxPerOwner, int most, CancellationToken cancellationToken = default)
    {
        await using var connection = await _database.OpenAsync(cancellationToken);
        await using var command = Prepare(
            new NpgsqlCommand(
                """
                SELECT owner, id FROM (
                    SELECT owner, id, changed_at, row_number() OVER (PARTITION BY owner ORDER BY changed_at DESC) AS place
                    FROM pipulate_conversation) AS conversation
                WHERE changed_at < $1 OR place > $2 ORDER BY changed_at LIMIT $3
                """,
                connection),
            new NpgsqlParameter<DateTime> { TypedValue = unchangedSince.UtcDateTime },
            Number(maxPerOwner),
            Number(most));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var old = new List<ConversationKey>();
        while (await reader.ReadAsync(cancellationToken))
        {
            old.Add(new ConversationKey(reader.GetString(0), new ConversationId(reader.GetString(1))));
        }

        return old;
    }

    public async ValueTask<int> TrimAsync(int maxPerConversation, int most, CancellationToken cancellationToken = default)
    {
        await using var connection = await _database.OpenAsync(cancellationToken);
        return await ExecuteAsync(
            connection,
            """
            DELETE FROM pipulate_entry AS entry USING (
                SELECT key, ordinal FROM pipulate_conversation AS long
                JOIN pipulate_entry ON conversation = key AND ordinal <= last_ordinal - $1
                WHERE last_ordinal > $1 LIMIT $2) AS old
            WHERE entry.conversation = old.key AND entry.ordinal = old.ordinal
            """,
            cancellationToken,
            Number(maxPerConversation),
            Number(most));
    }

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    public void Dispose() => _database.Dispose();

    /// <summary>Adds an entry, in the connection's transaction if there is one.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="conversation">The conversation.</param>
    /// <param name="entry">The entry.</param>
    /// <param name="begins">Whether the entry creates a conversation that does not exist.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    /// <param name="unlessRepeated">Whether a message that is stored already under another id is not added again.</param>
    /// <returns>
    /// The ordinal and id of the entry, and whether it is new; null where the conversation does not exist and is not created.
    /// </returns>
    public static async Task<(long Ordinal, bool IsNew, Guid Id)?> AddAsync(
        NpgsqlConnection connection,
        ConversationKey conversation,
        StoredEntry entry,
        bool begins,
        CancellationToken cancellationToken,
        bool unlessRepeated = false)
    {
        while (true)
        {
            var added = await AddOnceAsync(connection, conversation, entry, begins, unlessRepeated, cancellationToken);
            if (added is not null || !begins)
            {
                return added;
            }
        }
    }

    /// <summary>Tries to add an entry once.</summary>
    /// <returns>Null where the conversation is missing: it was deleted between two of the statements.</returns>
    private static async Task<(long Ordinal, bool IsNew, Guid Id)?> AddOnceAsync(
        NpgsqlConnection connection,
        ConversationKey conversation,
        StoredEntry entry,
        bool begins,
        bool unlessRepeated,
        CancellationToken cancellationToken)
    {
        // All statements in one round trip and one transaction.
        await using var batch = new NpgsqlBatch(connection);
        if (begins)
        {
            batch.BatchCommands.Add(Prepare(new NpgsqlBatchCommand(Make), Owner(conversation), Id(conversation)));
        }

        batch.BatchCommands.Add(Prepare(new NpgsqlBatchCommand(LockConversation), Owner(conversation), Id(conversation)));
        batch.BatchCommands.Add(Prepare(
            new NpgsqlBatchCommand(Add),
            Owner(conversation),
            Id(conversation),
            new NpgsqlParameter<Guid> { TypedValue = entry.Id },
            Value(entry.Role.ToString()),
            Value(entry.State.ToString()),
            new NpgsqlParameter<DateTime> { TypedValue = entry.CreatedAt.UtcDateTime },
            Number(entry.Epoch),
            Value(entry.Text),
            Number(entry.Text.Length),
            new NpgsqlParameter<bool> { TypedValue = entry.Withdrawn },
            Value(entry.Kind),
            Value(entry.Voice),
            Value(entry.Reason),
            Value(entry.MessageId),
            new NpgsqlParameter<bool> { TypedValue = unlessRepeated && entry is { Role: EntryRole.User, MessageId: not null } }));
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? (reader.GetInt64(0), reader.GetBoolean(1), reader.GetGuid(2)) : null;
    }

    private static async Task<(long Conversation, long Ordinal, int Epoch, int Length)?> LockAsync(
        NpgsqlConnection connection, ConversationKey conversation, Guid entry, CancellationToken cancellationToken)
    {
        await using var command = Prepare(
            new NpgsqlCommand(LockEntry, connection),
            Owner(conversation),
            Id(conversation),
            new NpgsqlParameter<Guid> { TypedValue = entry });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? (reader.GetInt64(0), reader.GetInt64(1), reader.GetInt32(2), reader.GetInt32(3))
            : null;
    }
}
