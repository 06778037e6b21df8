using Microsoft.Data.Sqlite;

namespace Pipulate.Sqlite;

/// <summary>
/// Opens connections to the file, and creates what is missing before the first one.
/// One thread writes at a time; readers do not wait, because of the write-ahead log.
/// </summary>
internal sealed class SqliteFile(string path) : IDisposable
{
    private readonly Lock _writing = new();
    private readonly string _connection = new SqliteConnectionStringBuilder { DataSource = path }.ConnectionString;
    private bool _made;

    static SqliteFile()
    {
        SQLitePCL.Batteries_V2.Init();
    }

    /// <summary>
    /// Reads on a thread of the pool, because SQLite has no asynchronous I/O and a slow disk must not block the caller.
    /// </summary>
    public ValueTask<T> ReadAsync<T>(Func<SqliteConnection, T> read, CancellationToken cancellationToken)
    {
        return new(Task.Run(Run, cancellationToken));

        T Run()
        {
            MakeOnce();
            using var connection = Open();
            return read(connection);
        }
    }

    /// <summary>Runs a write in a transaction, so that all of it is stored or nothing.</summary>
    public ValueTask<T> WriteAsync<T>(Func<SqliteConnection, T> write, CancellationToken cancellationToken)
    {
        return new(Task.Run(Run, cancellationToken));

        T Run()
        {
            MakeOnce();

            // The process's own writers wait here: SQLite would have them poll for the lock.
            lock (_writing)
            {
                using var connection = Open();
                return Commit(connection, write);
            }
        }
    }

    public void Dispose()
    {
        using var connection = new SqliteConnection(_connection);
        SqliteConnection.ClearPool(connection);
    }

    /// <summary>
    /// Commits a write that locks at the beginning: a transaction that reads first and writes then would fail where another process wrote
    /// in
    /// between.
    /// </summary>
    private static T Commit<T>(SqliteConnection connection, Func<SqliteConnection, T> write)
    {
        connection.Execute("BEGIN IMMEDIATE");
        try
        {
            var result = write(connection);
            connection.Execute("COMMIT");
            return result;
        }
        catch
        {
            // SQLite rolls back by itself after some failures, and a second rollback would hide the exception that matters.
            if (SQLitePCL.raw.sqlite3_get_autocommit(connection.Handle) == 0)
            {
                connection.Execute("ROLLBACK");
            }

            throw;
        }
    }

    private void MakeOnce()
    {
        if (Volatile.Read(ref _made))
        {
            return;
        }

        lock (_writing)
        {
            if (!_made)
            {
                Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
                using var connection = Open();
                connection.Execute("PRAGMA journal_mode = WAL");
                Commit(connection, SqliteSchema.BringUpToDate);
                Volatile.Write(ref _made, true);
            }
        }
    }

    private SqliteConnection Open()
    {
        var connection = new SqliteConnection(_connection);
        try
        {
            connection.Open();

            // A commit outlasts the process without waiting for the disk; a power cut may take the last ones, and never harms the file.
            // What is deleted is overwritten, because a user asked to be forgotten.
            connection.Execute("PRAGMA busy_timeout = 5000; PRAGMA synchronous = NORMAL; PRAGMA secure_delete = ON");
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }
}
