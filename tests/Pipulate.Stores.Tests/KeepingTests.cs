using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Pipulate.Conversations;
using Pipulate.Conversations.Entries;
using Pipulate.PostgreSql;
using Pipulate.Sqlite;
using Pipulate.Storage;
using Pipulate.Stores.Hosting;
using Pipulate.Tests;

namespace Pipulate.Stores;

/// <summary>Live conversations over the durable stores, through what happens to those.</summary>
public sealed class KeepingTests(PostgreSqlServer server) : IClassFixture<PostgreSqlServer>
{
    private static readonly ConversationId Id = new("v-1");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    [Trait("Row", "F-14")]
    public async Task Conversation_DatabaseComesAndGoes_IsStoredOnceAndWhole()
    {
        var settings = new NpgsqlConnectionStringBuilder(await server.NewSchemaAsync("Maximum Pool Size=2"));
        await using var direct = new PostgreSqlConversationStore(settings.ConnectionString);
        await using var relay = new Relay(settings.Host!, settings.Port);
        (settings.Host, settings.Port) = ("127.0.0.1", relay.Port);
        await using var store = new PostgreSqlConversationStore(settings.ConnectionString);
        using var keeper = new WriteBehindService(store, TimeProvider.System, NullLogger<WriteBehindService>.Instance);
        await keeper.StartAsync(Cancellation);
        var random = new Random(1);

        // Away at the very beginning: the conversation is there all the same.
        relay.Cut();
        var conversation = Open(store, keeper).Get(Id);
        for (var i = 0; i < 12; i++)
        {
            Assert.True(conversation.AddUserMessage($"question {i} 🙂", $"m{i}"));
            var answer = conversation.BeginMessage();
            for (var word = 0; word < 20; word++)
            {
                conversation.Append(answer, $"word{word} ");
                switch (random.Next(12))
                {
                    case 0:
                        relay.Cut();
                        break;
                    case 1:
                        relay.Mend();
                        break;
                    default:
                        await Task.Delay(random.Next(15), Cancellation);
                        break;
                }
            }

            conversation.End(answer, EntryState.Complete);
        }

        relay.Mend();
        var said = Read(conversation);
        Assert.Equal(24, said.Length);
        await UntilStoredAsync(direct, said);
        await keeper.StopAsync(Cancellation);
    }

    [Fact]
    public async Task Conversation_ProcessesOneAfterTheOther_GoOn()
    {
        var folder = Directory.CreateTempSubdirectory("pipulate-");
        try
        {
            for (var process = 1; process <= 3; process++)
            {
                using var store = new SqliteConversationStore(Path.Combine(folder.FullName, "chat.db"), TimeProvider.System);
                using var keeper = new WriteBehindService(store, TimeProvider.System, NullLogger<WriteBehindService>.Instance);
                await keeper.StartAsync(Cancellation);
                var conversation = Open(store, keeper).Get(Id);
                await conversation.Loaded;

                Assert.Equal(2 * (process - 1), Read(conversation).Length);
                conversation.AddUserMessage($"question {process}", $"m{process}");
                conversation.End(conversation.Turns.Begin()!.Entry, EntryState.Stopped, "Stopped.");
                Assert.Equal(2 * process, Read(conversation).Length);
                await keeper.StopAsync(Cancellation);
                await UntilStoredAsync(store, Read(conversation));
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static ConversationCache Open(IConversationStore store, WriteBehindService keeper) => new(
        TimeProvider.System,
        new ConversationStorage(keeper, store, LocalConversationLifecycle.Instance, TimeProvider.System),
        markdown: false);

    private static string[] Read(Conversation conversation)
    {
        lock (conversation.Gate)
        {
            return [.. conversation.Log.Entries.Select(entry => $"{entry.Role} {entry.State} {entry.Text} {entry.MessageId}")];
        }
    }

    private static async Task UntilStoredAsync(IConversationStore store, string[] expected)
    {
        string[] stored = [];
        using var look = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        using var limit = new CancellationTokenSource(TestTime.Timeout);
        while (!stored.SequenceEqual(expected))
        {
            Assert.True(await look.WaitForNextTickAsync(CancellationToken.None));
            Assert.False(limit.IsCancellationRequested, string.Join('\n', stored));
            var read = await store.ReadAsync(new ConversationKey(Id.Value, Id), 1000, cancellationToken: Cancellation);
            stored = [.. (read?.Entries ?? []).Select(entry => $"{entry.Role} {entry.State} {entry.Text} {entry.MessageId}")];
        }
    }
}
