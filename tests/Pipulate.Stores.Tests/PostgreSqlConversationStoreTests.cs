using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Pipulate.PostgreSql;
using Pipulate.Storage;
using Pipulate.Stores.Hosting;

namespace Pipulate.Stores;

public sealed class PostgreSqlConversationStoreTests(PostgreSqlServer server)
    : ConversationStoreContract, IClassFixture<PostgreSqlServer>, IAsyncDisposable
{
    private static readonly ConversationKey Conversation = new("v-1", new ConversationId("c"));

    private readonly List<PostgreSqlConversationStore> _open = [];
    private string? _connection;

    [Fact]
    public async Task Open_ManyAtOnce_MakeOneSchema()
    {
        var stores = new List<IConversationStore>();
        for (var i = 0; i < 8; i++)
        {
            stores.Add(await OpenAsync());
        }

        await Task.WhenAll(stores.Select(store => Task.Run(() => store.AddAsync(Conversation, Entry("x"), Cancellation).AsTask())));

        Assert.Equal(8, (await stores[0].ReadAsync(Conversation, 10, cancellationToken: Cancellation))!.Entries.Count);
        Assert.Equal(1L, await ReadAsync("SELECT count(*) FROM pipulate_schema"));
    }

    [Fact]
    public async Task Open_TablesOfANewerVersion_SaysSoAndLeavesThem()
    {
        var store = await OpenAsync();
        await store.AddAsync(Conversation, Entry("x"), Cancellation);
        await ReadAsync("UPDATE pipulate_schema SET version = version + 1000");

        var newer = await OpenAsync();
        var refusal = await Assert.ThrowsAsync<InvalidOperationException>(
            async () => await newer.AddAsync(Conversation, Entry("x"), Cancellation));

        Assert.Contains("newer", refusal.Message, StringComparison.Ordinal);
        await ReadAsync("UPDATE pipulate_schema SET version = version - 1000");
        Assert.Equal(2, await newer.AddAsync(Conversation, Entry("x"), Cancellation));
    }

    [Fact]
    public async Task Open_RoleThatMayNotCreate_ServesOnceTheTablesAreThere()
    {
        var store = await OpenAsync();
        await store.AddAsync(Conversation, Entry("x"), Cancellation);
        var settings = new NpgsqlConnectionStringBuilder(_connection);
        var role = settings.SearchPath + "_reader";
        var schema = settings.SearchPath;
        await server.ExecuteAsync(
            $"CREATE ROLE {role} LOGIN PASSWORD 'x'; GRANT USAGE ON SCHEMA {schema} TO {role}; GRANT SELECT, INSERT, UPDATE, DELETE ON "
                + $"ALL TABLES IN SCHEMA {schema} TO {role}");
        try
        {
            settings.Username = role;
            settings.Password = "x";
            settings.Pooling = false;
            await using var limited = new PostgreSqlConversationStore(settings.ConnectionString);

            Assert.Equal(2, await limited.AddAsync(Conversation, Entry("x"), Cancellation));
        }
        finally
        {
            await server.ExecuteAsync($"DROP OWNED BY {role}; DROP ROLE {role}");
        }
    }

    [Fact]
    [Trait("Row", "F-19")]
    public async Task Any_PoolOfTwoAndManyCallers_AllAreServed()
    {
        _connection = await server.NewSchemaAsync("Maximum Pool Size=2");
        var store = await OpenAsync();

        var ordinals = await Task.WhenAll(
            Enumerable.Range(0, 50).Select(_ => store.AddAsync(Conversation, Entry("x"), Cancellation).AsTask()));

        Assert.Equal(Enumerable.Range(1, 50).Select(i => (long)i), ordinals.Order());
    }

    [Fact]
    [Trait("Row", "F-14")]
    public async Task Any_ServerIsAway_ThrowsAndServesOnceItIsBack()
    {
        _connection = await server.NewSchemaAsync();
        var settings = new NpgsqlConnectionStringBuilder(_connection);
        await using var relay = new Relay(settings.Host!, settings.Port);
        settings.Host = "127.0.0.1";
        settings.Port = relay.Port;
        await using var store = new PostgreSqlConversationStore(settings.ConnectionString);
        var entry = Entry("x");

        // Away at the very beginning, and later in the middle: the same write, made again, is there once.
        relay.Cut();
        await Assert.ThrowsAnyAsync<NpgsqlException>(async () => await store.AddAsync(Conversation, entry, Cancellation));
        relay.Mend();
        Assert.Equal(1, await store.AddAsync(Conversation, entry, Cancellation));
        relay.Cut();
        await Assert.ThrowsAnyAsync<NpgsqlException>(async () => await store.AddAsync(Conversation, entry, Cancellation));
        relay.Mend();
        Assert.Equal(1, await store.AddAsync(Conversation, entry, Cancellation));
        Assert.Single((await store.ReadAsync(Conversation, 10, cancellationToken: Cancellation))!.Entries);
    }

    [Fact]
    public void AddPostgreSql_NoConnectionString_IsRefusedAtOnce()
    {
        var builder = new Builder(new ServiceCollection());

        Assert.Throws<ArgumentException>(() => builder.AddPostgreSql("Hots=localhost"));
        Assert.Throws<ArgumentException>(() => builder.AddPostgreSql(" "));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var store in _open)
        {
            await store.DisposeAsync();
        }
    }

    protected override async ValueTask<IConversationStore> OpenAsync()
    {
        _connection ??= await server.NewSchemaAsync();
        var store = new PostgreSqlConversationStore(_connection);
        _open.Add(store);
        return store;
    }

    private async Task<object?> ReadAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(_connection);
        await connection.OpenAsync(Cancellation);
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync(Cancellation);
    }

    private sealed record Builder(IServiceCollection Services) : IPipulateBuilder;
}
