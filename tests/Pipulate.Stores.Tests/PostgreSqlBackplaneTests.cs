using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Pipulate.PostgreSql;
using Pipulate.Stores.Hosting;
using Pipulate.Tests;

namespace Pipulate.Stores;

public sealed class PostgreSqlBackplaneTests(PostgreSqlServer server) : BackplaneContract, IClassFixture<PostgreSqlServer>, IAsyncDisposable
{
    private readonly List<PostgreSqlBackplane> _joined = [];
    private string? _connection;

    [Fact]
    public async Task Publish_OtherSchemaOfTheDatabase_IsNotHeard()
    {
        var mine = await JoinAsync();
        var other = Join(await server.NewSchemaAsync());
        var heard = new List<byte>();
        var connected = 0;
        using var subscription = mine.Subscribe(message => heard.Add(message.Span[0]), () => Interlocked.Increment(ref connected));
        await Eventually.TrueAsync(() => connected == 1);

        await other.PublishAsync(new byte[] { 1 }, Cancellation);
        await (await JoinAsync()).PublishAsync(new byte[] { 2 }, Cancellation);

        await Eventually.TrueAsync(() => heard.Count > 0);
        Assert.Equal([2], heard);
    }

    [Fact]
    [Trait("Row", "F-16")]
    public async Task Server_AwayForAWhile_IsConnectedAgainWhenItIsBack()
    {
        var settings = new NpgsqlConnectionStringBuilder(await server.NewSchemaAsync());
        await using var relay = new Relay(settings.Host!, settings.Port);
        (settings.Host, settings.Port) = ("127.0.0.1", relay.Port);
        relay.Cut();
        var backplane = Join(settings.ConnectionString);
        var connected = 0;
        using var subscription = backplane.Subscribe(_ => { }, () => Interlocked.Increment(ref connected));
        await Assert.ThrowsAnyAsync<NpgsqlException>(() => backplane.PublishAsync(new byte[] { 1 }, Cancellation));

        relay.Mend();
        await Eventually.TrueAsync(() => connected == 1);
        await backplane.PublishAsync(new byte[] { 1 }, Cancellation);
        relay.Cut();
        await Assert.ThrowsAnyAsync<Exception>(() => backplane.PublishAsync(new byte[] { 1 }, Cancellation));
        relay.Mend();
        await Eventually.TrueAsync(() => connected == 2);
        await backplane.PublishAsync(new byte[] { 1 }, Cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var backplane in _joined)
        {
            await backplane.DisposeAsync();
        }
    }

    protected override async ValueTask<IPipulateBackplane> JoinAsync() => Join(_connection ??= await server.NewSchemaAsync());

    /// <summary>Those of this test's schema, as an operator does.</summary>
    protected override async ValueTask BreakAsync() =>
        await server.ExecuteAsync($"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = '{new NpgsqlConnectionStringBuilder(_connection).SearchPath}'");

    private PostgreSqlBackplane Join(string connection)
    {
        var settings = new NpgsqlConnectionStringBuilder(connection);
        settings.ApplicationName = settings.SearchPath;
        var backplane = new PostgreSqlBackplane(settings.ConnectionString, TimeProvider.System, NullLogger<PostgreSqlBackplane>.Instance);
        _joined.Add(backplane);
        return backplane;
    }
}
