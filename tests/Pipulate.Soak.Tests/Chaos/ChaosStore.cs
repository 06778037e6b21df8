using System.Diagnostics;
using Microsoft.Data.Sqlite;
using Pipulate.Soak.Hosting;

namespace Pipulate.Soak.Chaos;

/// <summary>The file in which the conversations are, and somebody else who locks it for longer than anybody waits.</summary>
internal sealed class ChaosStore(SoakLog log) : IDisposable
{
    /// <summary>
    /// For what was tried in a locked file to fail: SQLite waits five seconds, and those who ask for it may stand in line.
    /// </summary>
    private static readonly TimeSpan Aftermath = TimeSpan.FromSeconds(20);

    private readonly string _folder = Directory.CreateTempSubdirectory("pipulate-chaos-").FullName;
    private long? _unlocked;
    private bool _isLocked;

    public string Path => System.IO.Path.Combine(_folder, "chat.db");

    public bool WasLockedLately => Volatile.Read(ref _isLocked) || (_unlocked is { } since && Stopwatch.GetElapsedTime(since) < Aftermath);

    public async Task LockAsync(TimeSpan time, CancellationToken cancellationToken)
    {
        await using var connection = new SqliteConnection(
            new SqliteConnectionStringBuilder { DataSource = Path, Pooling = false }.ConnectionString);
        connection.Open();
        Volatile.Write(ref _isLocked, true);
        try
        {
            Execute(connection, "PRAGMA busy_timeout = 10000; BEGIN IMMEDIATE");
            log.Count("store locked");
            await Task.Delay(time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            Execute(connection, "ROLLBACK");
        }
        finally
        {
            _unlocked = Stopwatch.GetTimestamp();
            Volatile.Write(ref _isLocked, false);
        }
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
