using System.Collections.Concurrent;
using Npgsql;
using Pipulate.Generation;
using Pipulate.Storage;

namespace Pipulate.PostgreSql;

/// <summary>
/// Stores which entries wait for a reply, one row each, and which node replies in a conversation: a lease of fifteen seconds by the
/// database's clock.
/// </summary>
internal sealed class PostgreSqlReplyLeaseStore(PostgreSqlConversationStore store) : IReplyLeaseStore
{
    private const string Key = "(SELECT key FROM pipulate_conversation WHERE owner = $1 AND id = $2)";
    private const string Until = "clock_timestamp() + interval '15 seconds'";

    private const string Lease = $"""
        INSERT INTO pipulate_lease (conversation, node, until) SELECT key, $3, {Until}
        FROM pipulate_conversation WHERE owner = $1 AND id = $2
        ON CONFLICT (conversation) DO UPDATE SET node = $3, until = {Until}
        WHERE pipulate_lease.node = $3 OR pipulate_lease.until < clock_timestamp()
        """;

    private readonly Guid _node = Guid.NewGuid();
    private readonly ConcurrentDictionary<ConversationKey, bool> _leases = new();

    public async ValueTask<Guid?> AddPendingAsync(
        ConversationKey conversation, StoredEntry entry, bool begins, CancellationToken cancellationToken)
    {
        await using var connection = await store.Database.OpenAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var added =
            await PostgreSqlConversationStore.AddAsync(connection, conversation, entry, begins, cancellationToken, unlessRepeated: true);
        if (added is { IsNew: true })
        {
            await PostgreSqlCommands.ExecuteAsync(
                connection,
                $"INSERT INTO pipulate_due (conversation, entry) VALUES ({Key}, $3)",
                cancellationToken,
                [.. Name(conversation), new NpgsqlParameter<Guid> { TypedValue = entry.Id }]);
        }

        await transaction.CommitAsync(cancellationToken);
        return added?.Id;
    }

    public async ValueTask<bool> TryLeaseAsync(ConversationKey conversation, bool begins, CancellationToken cancellationToken)
    {
        await using var connection = await store.Database.OpenAsync(cancellationToken);
        if (begins)
        {
            await PostgreSqlCommands.ExecuteAsync(connection, PostgreSqlStatements.Make, cancellationToken, Name(conversation));
        }

        if (await PostgreSqlCommands.ExecuteAsync(connection, Lease, cancellationToken, [.. Name(conversation), Node()]) == 0)
        {
            _leases.TryRemove(conversation, out _);
            return false;
        }

        _leases[conversation] = true;
        return true;
    }

    public async ValueTask<IReadOnlyList<Guid>> BeginAsync(
        ConversationKey conversation, StoredEntry answer, IReadOnlyList<Guid> known, CancellationToken cancellationToken)
    {
        await using var connection = await store.Database.OpenAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);

        // The row of the lease is held until the answer is stored, so that no other node takes it in between.
        if (await PostgreSqlCommands.ExecuteAsync(connection, Lease, cancellationToken, [.. Name(conversation), Node()]) == 0)
        {
            return [];
        }

        var taken = await ReadAsync(
            connection,
            $"DELETE FROM pipulate_due WHERE conversation = {Key} AND entry = ANY($3) RETURNING entry",
            row => row.GetGuid(0),
            [.. Name(conversation), new NpgsqlParameter<Guid[]> { TypedValue = [.. known] }],
            cancellationToken);
        if (taken.Count > 0)
        {
            await PostgreSqlConversationStore.AddAsync(connection, conversation, answer, begins: false, cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }

        return taken;
    }

    public async ValueTask ReturnAsync(ConversationKey conversation, IReadOnlyList<Guid> entries, CancellationToken cancellationToken) =>
        await ExecuteAsync(
            conversation,
            $"INSERT INTO pipulate_due (conversation, entry) SELECT {Key}, unnest($3) ON CONFLICT DO NOTHING",
            entries,
            cancellationToken);

    public async ValueTask RemoveAsync(ConversationKey conversation, IReadOnlyList<Guid> entries, CancellationToken cancellationToken) =>
        await ExecuteAsync(
            conversation, $"DELETE FROM pipulate_due WHERE conversation = {Key} AND entry = ANY($3)", entries, cancellationToken);

    public async ValueTask ReleaseAsync(ConversationKey conversation, CancellationToken cancellationToken)
    {
        // Removed first, so that it is not renewed: if the statements below fail, the lease expires by itself.
        if (!_leases.TryRemove(conversation, out _))
        {
            return;
        }

        await using var connection = await store.Database.OpenAsync(cancellationToken);
        await PostgreSqlCommands.ExecuteAsync(
            connection,
            $"DELETE FROM pipulate_lease WHERE conversation = {Key} AND node = $3",
            cancellationToken,
            [.. Name(conversation), Node()]);
    }

    public async ValueTask RenewAsync(CancellationToken cancellationToken)
    {
        ConversationKey[] leases = [.. _leases.Keys];
        if (leases.Length == 0)
        {
            return;
        }

        await using var connection = await store.Database.OpenAsync(cancellationToken);
        await PostgreSqlCommands.ExecuteAsync(
            connection,
            $"""
            UPDATE pipulate_lease AS lease SET until = {Until}
            FROM unnest($1, $2) AS mine (owner, id)
            JOIN pipulate_conversation AS conversation ON conversation.owner = mine.owner AND conversation.id = mine.id
            WHERE lease.conversation = conversation.key AND lease.node = $3
            """,
            cancellationToken,
            new NpgsqlParameter<string[]> { TypedValue = [.. leases.Select(lease => lease.Owner)] },
            new NpgsqlParameter<string[]> { TypedValue = [.. leases.Select(lease => lease.Id.Value)] },
            Node());
    }

    public async ValueTask<IReadOnlyDictionary<ConversationKey, IReadOnlyList<Guid>>> TakeOverAsync(
        int most, CancellationToken cancellationToken)
    {
        await using var connection = await store.Database.OpenAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);

        // Newer entries are handled by the node that they came to. Two nodes that look at once find different rows.
        var waiting = await ReadAsync(
            connection,
            """
            SELECT conversation.owner, conversation.id, due.entry FROM pipulate_due AS due
            JOIN pipulate_conversation AS conversation ON conversation.key = due.conversation
            WHERE due.at < clock_timestamp() - interval '10 seconds'
            AND NOT EXISTS (
                SELECT FROM pipulate_lease AS lease WHERE lease.conversation = due.conversation AND lease.until >= clock_timestamp())
            ORDER BY due.at LIMIT 1000 FOR UPDATE OF due SKIP LOCKED
            """,
            row => (Key: new ConversationKey(row.GetString(0), new ConversationId(row.GetString(1))), Entry: row.GetGuid(2)),
            [],
            cancellationToken);
        var taken = new Dictionary<ConversationKey, IReadOnlyList<Guid>>();
        foreach (var conversation in waiting.GroupBy(row => row.Key, row => row.Entry).Take(most))
        {
            if (await PostgreSqlCommands.ExecuteAsync(connection, Lease, cancellationToken, [.. Name(conversation.Key), Node()]) > 0)
            {
                taken[conversation.Key] = [.. conversation];
            }
        }

        await transaction.CommitAsync(cancellationToken);
        foreach (var conversation in taken.Keys)
        {
            _leases[conversation] = true;
        }

        return taken;
    }

    private static NpgsqlParameter[] Name(ConversationKey conversation) =>
        [
            new NpgsqlParameter<string> { TypedValue = conversation.Owner },
            new NpgsqlParameter<string> { TypedValue = conversation.Id.Value }
        ];

    private NpgsqlParameter<Guid> Node() => new() { TypedValue = _node };

    private async Task ExecuteAsync(
        ConversationKey conversation, string sql, IReadOnlyList<Guid> entries, CancellationToken cancellationToken)
    {
        await using var connection = await store.Database.OpenAsync(cancellationToken);
        await PostgreSqlCommands.ExecuteAsync(
            connection, sql, cancellationToken, [.. Name(conversation), new NpgsqlParameter<Guid[]> { TypedValue = [.. entries] }]);
    }

    private static async Task<List<T>> ReadAsync<T>(
        NpgsqlConnection connection,
        string sql,
        Func<NpgsqlDataReader, T> read,
        NpgsqlParameter[] values,
        CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        command.Parameters.AddRange(values);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var rows = new List<T>();
        while (await reader.ReadAsync(cancellationToken))
        {
            rows.Add(read(reader));
        }

        return rows;
    }
}
