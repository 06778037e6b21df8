using Microsoft.Data.Sqlite;
using Pipulate.Storage;

namespace Pipulate.Sqlite;

/// <summary>Stores conversations in one SQLite file.</summary>
internal sealed class SqliteConversationStore(string path, TimeProvider time) : IConversationStore, IDisposable
{
    private const string FindEntry = """
        SELECT entry.rowid, entry.epoch, entry.length FROM pipulate_entry AS entry
        JOIN pipulate_conversation AS conversation ON conversation.key = entry.conversation
        WHERE conversation.owner = $owner AND conversation.id = $conversation AND entry.id = $id
        """;

    private readonly SqliteFile _file = new(path);

    public ValueTask<long> AddAsync(ConversationKey conversation, StoredEntry entry, CancellationToken cancellationToken = default) =>
        _file.WriteAsync(connection => Add(connection, FindOrMake(connection, conversation), entry), cancellationToken);

    public ValueTask<long?> TryAddAsync(ConversationKey conversation, StoredEntry entry, CancellationToken cancellationToken = default) =>
        _file.WriteAsync(
            connection => Find(connection, conversation) is { } key ? Add(connection, key, entry) : (long?)null, cancellationToken);

    public ValueTask<AppendResult> AppendAsync(
        ConversationKey conversation, Guid entry, TextPiece piece, CancellationToken cancellationToken = default) =>
        _file.WriteAsync(connection => Append(connection, conversation, entry, piece), cancellationToken);

    public ValueTask<bool> ChangeAsync(
        ConversationKey conversation, Guid entry, EntryChange change, CancellationToken cancellationToken = default) =>
        _file.WriteAsync(connection => Change(connection, conversation, entry, change), cancellationToken);

    public ValueTask<StoredConversation?> ReadAsync(
        ConversationKey conversation, int most, long? before = null, CancellationToken cancellationToken = default) =>
        _file.ReadAsync(connection => Read(connection, conversation, most, before), cancellationToken);

    public ValueTask<IReadOnlyList<ConversationSummary>> ListAsync(string owner, int most, CancellationToken cancellationToken = default) =>
        _file.ReadAsync<IReadOnlyList<ConversationSummary>>(
            connection => connection.Query(
                "SELECT id, title, paused, changed_at FROM pipulate_conversation WHERE owner = $owner ORDER BY changed_at DESC LIMIT $most",
                row => Summarize(row),
                ("$owner", owner),
                ("$most", most)),
            cancellationToken);

    public ValueTask<bool> RenameAsync(ConversationKey conversation, string? title, CancellationToken cancellationToken = default) =>
        _file.WriteAsync(
            connection => connection.Execute(
                "UPDATE pipulate_conversation SET title = $title WHERE owner = $owner AND id = $id",
                ("$title", title),
                ("$owner", conversation.Owner),
                ("$id", conversation.Id.Value)) > 0,
            cancellationToken);

    public ValueTask<string?> ProposeTitleAsync(
        ConversationKey conversation, string title, CancellationToken cancellationToken = default) =>
        _file.WriteAsync(
            connection => connection.Query(
                "UPDATE pipulate_conversation SET title = coalesce(title, $title) WHERE owner = $owner AND id = $id RETURNING title",
                row => (string?)row.GetString(0),
                ("$title", title),
                ("$owner", conversation.Owner),
                ("$id", conversation.Id.Value)).SingleOrDefault(),
            cancellationToken);

    public async ValueTask SetPausedAsync(ConversationKey conversation, bool paused, CancellationToken cancellationToken = default) =>
        await _file.WriteAsync(
            connection => connection.Execute(
                "UPDATE pipulate_conversation SET paused = $paused WHERE key = $key",
                ("$paused", paused),
                ("$key", FindOrMake(connection, conversation))),
            cancellationToken);

    public ValueTask<bool> DeleteAsync(ConversationKey conversation, CancellationToken cancellationToken = default) =>
        _file.WriteAsync(
            connection => Delete(
                connection,
                "owner = $owner AND id = $id",
                ("$owner", conversation.Owner),
                ("$id", conversation.Id.Value)) > 0, cancellationToken);

    public ValueTask<int> DeleteAllAsync(string owner, CancellationToken cancellationToken = default) =>
        _file.WriteAsync(connection => Delete(connection, "owner = $owner", ("$owner", owner)), cancellationToken);

    public ValueTask<IReadOnlyList<ConversationKey>> FindExpiredAsync(
        DateTimeOffset unchangedSince, int maxPerOwner, int most, CancellationToken cancellationToken = default) =>
        _file.ReadAsync<IReadOnlyList<ConversationKey>>(
            connection => connection.Query(
                """
                SELECT owner, id FROM (
                    SELECT owner, id, changed_at, row_number() OVER (PARTITION BY owner ORDER BY changed_at DESC) AS place
                    FROM pipulate_conversation)
                WHERE changed_at < $since OR place > $mostPerOwner ORDER BY changed_at LIMIT $most
                """,
                row => new ConversationKey(row.GetString(0), new ConversationId(row.GetString(1))),
                ("$since", Microseconds(unchangedSince)),
                ("$mostPerOwner", maxPerOwner),
                ("$most", most)),
            cancellationToken);

    public ValueTask<int> TrimAsync(int maxPerConversation, int most, CancellationToken cancellationToken = default) =>
        _file.WriteAsync(
            connection => connection.Execute(
                """
                DELETE FROM pipulate_entry WHERE rowid IN (
                    SELECT entry.rowid FROM pipulate_conversation AS conversation JOIN pipulate_entry AS entry
                    ON entry.conversation = conversation.key AND entry.ordinal <= conversation.last_ordinal - $kept
                    WHERE conversation.last_ordinal > $kept LIMIT $most)
                """,
                ("$kept", maxPerConversation),
                ("$most", most)),
            cancellationToken);

    public void Dispose() => _file.Dispose();

    private long Add(SqliteConnection connection, long key, StoredEntry entry)
    {
        var id = entry.Id.ToByteArray(bigEndian: true);
        var known = connection.Query(
            "SELECT ordinal FROM pipulate_entry WHERE conversation = $key AND id = $id",
            row => row.GetInt64(0),
            ("$key", key),
            ("$id", id));
        if (known is [var given])
        {
            return given;
        }

        var ordinal = connection.Query(
            "UPDATE pipulate_conversation SET last_ordinal = last_ordinal + 1, changed_at = max(changed_at + 1, $now) WHERE key = $key "
                + "RETURNING last_ordinal",
            row => row.GetInt64(0),
            ("$now", Microseconds(time.GetUtcNow())),
            ("$key", key)).Single();
        connection.Execute(
            """
            INSERT INTO pipulate_entry
                (conversation, ordinal, id, role, state, at, epoch, text, length, withdrawn, kind, voice, reason, message_id)
            VALUES ($key, $ordinal, $id, $role, $state, $at, $epoch, $text, $length, $withdrawn, $kind, $voice, $reason, $message)
            """,
            ("$key", key),
            ("$ordinal", ordinal),
            ("$id", id),
            ("$role", entry.Role.ToString()),
            ("$state", entry.State.ToString()),
            ("$at", Microseconds(entry.CreatedAt)),
            ("$epoch", entry.Epoch),
            ("$text", entry.Text),
            ("$length", entry.Text.Length),
            ("$withdrawn", entry.Withdrawn),
            ("$kind", entry.Kind),
            ("$voice", entry.Voice),
            ("$reason", entry.Reason),
            ("$message", entry.MessageId));
        return ordinal;
    }

    private static AppendResult Append(SqliteConnection connection, ConversationKey conversation, Guid entry, TextPiece piece)
    {
        if (Find(connection, conversation, entry) is not { } stored)
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
        connection.Execute(
            $"UPDATE pipulate_entry SET text = {(replaces ? "$missing" : "text || $missing")}, length = $length, epoch = $epoch "
                + "WHERE rowid = $row",
            ("$missing", missing),
            ("$length", length),
            ("$epoch", piece.Epoch),
            ("$row", stored.Row));
        return new AppendResult(AppendOutcome.Taken, length);
    }

    private static bool Change(SqliteConnection connection, ConversationKey conversation, Guid entry, EntryChange change)
    {
        if (Find(connection, conversation, entry) is not { } stored || change.Epoch < stored.Epoch)
        {
            return false;
        }

        connection.Execute(
            "UPDATE pipulate_entry SET state = $state, reason = $reason, withdrawn = $withdrawn WHERE rowid = $row",
            ("$state", change.State.ToString()),
            ("$reason", change.Reason),
            ("$withdrawn", change.Withdrawn),
            ("$row", stored.Row));
        return true;
    }

    private static StoredConversation? Read(SqliteConnection connection, ConversationKey conversation, int most, long? before)
    {
        // One transaction, so that both reads see the same state.
        connection.Execute("BEGIN");
        var found = connection.Query(
            "SELECT id, title, paused, changed_at, key FROM pipulate_conversation WHERE owner = $owner AND id = $id",
            row => (Summary: Summarize(row), Key: row.GetInt64(4)),
            ("$owner", conversation.Owner),
            ("$id", conversation.Id.Value));
        StoredConversation? read = null;
        if (found is [var (summary, key)])
        {
            var entries = connection.Query(
                """
                SELECT id, ordinal, role, state, at, epoch, text, withdrawn, kind, voice, reason, message_id
                FROM pipulate_entry WHERE conversation = $key AND ordinal < $before ORDER BY ordinal DESC LIMIT $most
                """,
                ReadEntry,
                ("$key", key),
                ("$before", before ?? long.MaxValue),
                ("$most", most));
            entries.Reverse();
            read = new StoredConversation(summary, entries);
        }

        connection.Execute("COMMIT");
        return read;
    }

    private static long? Find(SqliteConnection connection, ConversationKey conversation) =>
        connection.Query(
            "SELECT key FROM pipulate_conversation WHERE owner = $owner AND id = $id",
            row => row.GetInt64(0),
            ("$owner", conversation.Owner),
            ("$id", conversation.Id.Value)) is [var key] ? key : null;

    private long FindOrMake(SqliteConnection connection, ConversationKey conversation) =>
        Find(connection, conversation) is { } key
            ? key
            : connection.Query(
                "INSERT INTO pipulate_conversation (owner, id, changed_at) VALUES ($owner, $id, $now) RETURNING key",
                row => row.GetInt64(0),
                ("$owner", conversation.Owner),
                ("$id", conversation.Id.Value),
                ("$now", Microseconds(time.GetUtcNow()))).Single();

    private static (long Row, int Epoch, int Length)? Find(SqliteConnection connection, ConversationKey conversation, Guid entry)
    {
        var found = connection.Query(
            FindEntry,
            row => (row.GetInt64(0), row.GetInt32(1), row.GetInt32(2)),
            ("$owner", conversation.Owner),
            ("$conversation", conversation.Id.Value),
            ("$id", entry.ToByteArray(bigEndian: true)));
        return found is [var stored] ? stored : null;
    }

    private static int Delete(SqliteConnection connection, string which, params ReadOnlySpan<(string Name, object? Value)> values)
    {
        connection.Execute(
            $"DELETE FROM pipulate_entry WHERE conversation IN (SELECT key FROM pipulate_conversation WHERE {which})", values);
        return connection.Execute($"DELETE FROM pipulate_conversation WHERE {which}", values);
    }

    private static ConversationSummary Summarize(SqliteDataReader row) =>
        new(new ConversationId(row.GetString(0)), Text(row, 1), row.GetBoolean(2), Moment(row.GetInt64(3)));

    private static StoredEntry ReadEntry(SqliteDataReader row) => new()
    {
        Id = new Guid(row.GetFieldValue<byte[]>(0), bigEndian: true),
        Ordinal = row.GetInt64(1),
        Role = Enum.Parse<EntryRole>(row.GetString(2)),
        State = Enum.Parse<EntryState>(row.GetString(3)),
        CreatedAt = Moment(row.GetInt64(4)),
        Epoch = row.GetInt32(5),
        Text = row.GetString(6),
        Withdrawn = row.GetBoolean(7),
        Kind = Text(row, 8),
        Voice = Text(row, 9),
        Reason = Text(row, 10),
        MessageId = Text(row, 11),
    };

    private static string? Text(SqliteDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    private static long Microseconds(DateTimeOffset moment) =>
        (moment.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;

    private static DateTimeOffset Moment(long microseconds) =>
        DateTimeOffset.UnixEpoch.AddTicks(microseconds * TimeSpan.TicksPerMicrosecond);
}
