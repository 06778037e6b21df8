using System.Data.Common;
using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Microsoft.Data.Sqlite;
using Npgsql;
using Pipulate.PostgreSql;
using Pipulate.Sqlite;
using Pipulate.Storage;

namespace Pipulate.Benchmarks;

/// <summary>
/// What it costs to open a conversation, to add to it and to let an answer grow: it must not depend on how long the conversation is.
/// PostgreSQL takes part where <c>PIPULATE_TEST_POSTGRES</c> names a database.
/// </summary>
[MemoryDiagnoser]
[Config(typeof(Config))]
public class StoreBenchmarks
{
    private const string Word = " and another word";

    private readonly string _folder = Directory.CreateTempSubdirectory("pipulate-bench-").FullName;
    private readonly ConversationKey _conversation = new("bench-" + Guid.NewGuid().ToString("N"), new ConversationId("c"));
    private readonly Guid _answer = Guid.CreateVersion7();
    private IConversationStore _store = null!;
    private int _epoch;
    private int _length;

    public static IEnumerable<string> Stores =>
        Environment.GetEnvironmentVariable("PIPULATE_TEST_POSTGRES") is { Length: > 0 } ? ["SQLite", "PostgreSQL"] : ["SQLite"];

    [ParamsSource(nameof(Stores))]
    public string Store { get; set; } = "";

    [Params(200, 100_000)]
    public int Entries { get; set; }

    /// <summary>Waited for here: the harness begins before an asynchronous setup is done.</summary>
    [GlobalSetup]
    public void Fill() => FillAsync().GetAwaiter().GetResult();

    [GlobalCleanup]
    public void Empty()
    {
        _store.DeleteAllAsync(_conversation.Owner).AsTask().GetAwaiter().GetResult();
        ((IDisposable)_store).Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Benchmark(Description = "open: read the newest 200 entries")]
    public async Task<int> OpenAsync() => (await _store.ReadAsync(_conversation, ConversationWriter.Window))!.Entries.Count;

    [Benchmark(Description = "add an entry")]
    public async Task<long> AddAsync() => await _store.AddAsync(_conversation, Entry(Guid.CreateVersion7(), EntryState.Complete));

    /// <summary>Begun anew when it is as long as answers are.</summary>
    [Benchmark(Description = "append to an answer")]
    public async Task<int> AppendAsync()
    {
        if (_length > 4_000)
        {
            _epoch++;
            _length = 0;
        }

        return _length = (await _store.AppendAsync(_conversation, _answer, new TextPiece(_epoch, _length, Word))).Length;
    }

    private async Task FillAsync()
    {
        var server = Environment.GetEnvironmentVariable("PIPULATE_TEST_POSTGRES");
        var file = Path.Combine(_folder, "chat.db");
        _store = Store == "SQLite" ? new SqliteConversationStore(file, TimeProvider.System) : new PostgreSqlConversationStore(server!);
        await _store.AddAsync(_conversation, Entry(_answer, EntryState.Streaming));
        await using DbConnection connection = Store == "SQLite"
            ? new SqliteConnection($"Data Source={file}")
            : new NpgsqlConnection(server);
        await connection.OpenAsync();
        await using var copy = connection.CreateCommand();

        // The first entry again and again, behind it: to add a hundred thousand one by one would take longer than all the rest.
        copy.CommandText = $"""
            WITH RECURSIVE number (ordinal) AS (SELECT 2 UNION ALL SELECT ordinal + 1 FROM number WHERE ordinal < {Entries})
            INSERT INTO pipulate_entry (conversation, ordinal, id, role, state, at, epoch, text, length, withdrawn)
            SELECT conversation, number.ordinal, {(Store == "SQLite" ? "randomblob(16)" : "gen_random_uuid()")}, role, 'Complete', at, epoch,
                'One remark of about forty words, as they are made all day long here.', 68, withdrawn
            FROM pipulate_entry, number WHERE conversation = (SELECT key FROM pipulate_conversation WHERE owner = '{_conversation.Owner}')
            """;
        await copy.ExecuteNonQueryAsync();
        copy.CommandText = $"UPDATE pipulate_conversation SET last_ordinal = {Entries} WHERE owner = '{_conversation.Owner}'";
        await copy.ExecuteNonQueryAsync();
    }

    private static StoredEntry Entry(Guid id, EntryState state) =>
        new()
        {
            Id = id,
            Role = EntryRole.Assistant,
            State = state,
            CreatedAt = DateTimeOffset.UtcNow,
            Text = state is EntryState.Streaming
            ? ""
            : "One remark of about forty words, as they are made all day long here."
        };

    /// <summary>In process, because a generated project would be built under this repository's own build rules.</summary>
    private sealed class Config : BenchmarkDotNet.Configs.ManualConfig
    {
        public Config() => AddJob(Job.ShortRun.WithToolchain(InProcessEmitToolchain.Instance).WithIterationCount(5));
    }
}
