using Microsoft.Data.Sqlite;

namespace Pipulate.Sqlite;

/// <summary>
/// Creates and updates the tables in steps. A released step is never changed; a change is a further step.
/// </summary>
internal static class SqliteSchema
{
    private static readonly string[] Steps =
    [
        """
        CREATE TABLE pipulate_conversation (
            key INTEGER PRIMARY KEY,
            owner TEXT NOT NULL,
            id TEXT NOT NULL,
            title TEXT,
            paused INTEGER NOT NULL DEFAULT 0,
            last_ordinal INTEGER NOT NULL DEFAULT 0,
            changed_at INTEGER NOT NULL, -- microseconds since 1970
            UNIQUE (owner, id));
        CREATE TABLE pipulate_entry (
            conversation INTEGER NOT NULL,
            ordinal INTEGER NOT NULL,
            id BLOB NOT NULL,
            role TEXT NOT NULL,
            state TEXT NOT NULL,
            at INTEGER NOT NULL,
            epoch INTEGER NOT NULL,
            text TEXT NOT NULL,
            length INTEGER NOT NULL, -- of the text in UTF-16 units; SQLite's length() counts characters
            withdrawn INTEGER NOT NULL,
            kind TEXT,
            voice TEXT,
            reason TEXT,
            message_id TEXT,
            PRIMARY KEY (conversation, ordinal),
            UNIQUE (id, conversation));
        """,
    ];

    /// <summary>Runs the steps that the file lacks; called in a transaction.</summary>
    /// <returns>The version that the file has now.</returns>
    public static int BringUpToDate(SqliteConnection connection)
    {
        connection.Execute("CREATE TABLE IF NOT EXISTS pipulate_schema (version INTEGER NOT NULL)");
        var version = connection.Query("SELECT version FROM pipulate_schema", row => row.GetInt32(0)).SingleOrDefault();
        if (version > Steps.Length)
        {
            throw new InvalidOperationException(
                $"The conversations in {connection.DataSource} were written by a newer Pipulate.Sqlite (its tables are version "
                    + $"{version}, this one knows {Steps.Length}). Update the package, or give AddSqlite another file.");
        }

        foreach (var step in Steps.Skip(version))
        {
            connection.Execute(step);
        }

        connection.Execute("DELETE FROM pipulate_schema");
        connection.Execute("INSERT INTO pipulate_schema (version) VALUES ($version)", ("$version", Steps.Length));
        return Steps.Length;
    }
}
