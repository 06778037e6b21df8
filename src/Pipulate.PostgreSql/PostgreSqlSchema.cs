using Npgsql;

namespace Pipulate.PostgreSql;

/// <summary>
/// Creates and updates the tables in steps. A released step is never changed; a change is a further step.
/// </summary>
internal static class PostgreSqlSchema
{
    /// <summary>Identifies the advisory lock: the letters "pipulate" as a number, which other applications hardly use.</summary>
    private const long Lock = 0x706970756C617465;

    private static readonly string[] Steps =
    [
        """
        CREATE TABLE pipulate_conversation (
            key bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            owner text NOT NULL,
            id text NOT NULL,
            title text,
            paused boolean NOT NULL DEFAULT false,
            last_ordinal bigint NOT NULL DEFAULT 0,
            changed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
            UNIQUE (owner, id))
            -- Each entry changes its conversation's row. With room in the page, and no index on what changes, its old versions are
            -- cleared away on the spot.
            WITH (fillfactor = 50);
        CREATE TABLE pipulate_entry (
            conversation bigint NOT NULL REFERENCES pipulate_conversation ON DELETE CASCADE,
            ordinal bigint NOT NULL,
            id uuid NOT NULL,
            role text NOT NULL,
            state text NOT NULL,
            at timestamptz NOT NULL,
            epoch integer NOT NULL,
            text text NOT NULL,
            length integer NOT NULL, -- of the text in UTF-16 units; length() counts characters
            withdrawn boolean NOT NULL,
            kind text,
            voice text,
            reason text,
            message_id text,
            PRIMARY KEY (conversation, ordinal),
            UNIQUE (id, conversation));
        """,
        """
        CREATE TABLE pipulate_due (
            conversation bigint NOT NULL REFERENCES pipulate_conversation ON DELETE CASCADE,
            entry uuid NOT NULL,
            at timestamptz NOT NULL DEFAULT clock_timestamp(),
            PRIMARY KEY (conversation, entry));
        CREATE TABLE pipulate_lease (
            conversation bigint PRIMARY KEY REFERENCES pipulate_conversation ON DELETE CASCADE,
            node uuid NOT NULL,
            until timestamptz NOT NULL);
        """,
    ];

    /// <summary>
    /// Runs the steps that the database lacks. Of many processes that start together one runs them, and the others wait for it.
    /// </summary>
    public static async Task BringUpToDateAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        // Checked first without a lock and without the right to create, because nearly always nothing is to be done.
        if (await IsThereAsync(connection, cancellationToken) && await ReadAsync(connection, cancellationToken) == Steps.Length)
        {
            return;
        }

        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await ExecuteAsync(connection, $"SELECT pg_advisory_xact_lock({Lock})", cancellationToken);
        await ExecuteAsync(connection, "CREATE TABLE IF NOT EXISTS pipulate_schema (version integer NOT NULL)", cancellationToken);
        var version = await ReadAsync(connection, cancellationToken);
        if (version > Steps.Length)
        {
            throw new InvalidOperationException(
                $"The conversations in database {connection.Database} were written by a newer Pipulate.PostgreSql (its tables are "
                    + $"version {version}, this one knows {Steps.Length}). Update the package, or give AddPostgreSql another database.");
        }

        foreach (var step in Steps.Skip(version))
        {
            await ExecuteAsync(connection, step, cancellationToken);
        }

        await ExecuteAsync(
            connection, $"DELETE FROM pipulate_schema; INSERT INTO pipulate_schema (version) VALUES ({Steps.Length})", cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>
    /// Checks whether there are tables. Not called again after waiting for the lock, because a connection remembers for the rest of its
    /// transaction that a table was missing.
    /// </summary>
    private static async Task<bool> IsThereAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("SELECT to_regclass('pipulate_schema') IS NOT NULL", connection);
        return await command.ExecuteScalarAsync(cancellationToken) is true;
    }

    private static async Task<int> ReadAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("SELECT version FROM pipulate_schema", connection);
        return (int?)await command.ExecuteScalarAsync(cancellationToken) ?? 0;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
