using Microsoft.Extensions.Logging;
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

    [Fact]
    public async Task Publish_QueueIsHalfFull_IsWarnedOfOnceAndAgainWhenItWasBetter()
    {
        var time = new ManualTime();
        var log = new Warnings();
        var settings = new NpgsqlConnectionStringBuilder(await server.NewSchemaAsync());

        // The queue holds gigabytes: here it is as full as the test says.
        await server.ExecuteAsync($"CREATE TABLE {settings.SearchPath}.usage AS SELECT 0.49::float8 AS usage");
        await server.ExecuteAsync(
            $"CREATE FUNCTION {settings.SearchPath}.pg_notification_queue_usage() RETURNS float8 LANGUAGE sql AS 'SELECT usage FROM "
                + $"{settings.SearchPath}.usage'");
        settings.SearchPath += ",pg_catalog";
        var backplane = new PostgreSqlBackplane(settings.ConnectionString, time, log);
        _joined.Add(backplane);
        async Task<int> WarningsAsync(string usage)
        {
            await server.ExecuteAsync($"UPDATE {settings.SearchPath.Split(',')[0]}.usage SET usage = {usage}");
            await backplane.PublishAsync(new byte[] { 1 }, Cancellation);
            time.Advance(TimeSpan.FromMinutes(1));
            return log.Lines.Count;
        }

        Assert.Equal(0, await WarningsAsync("0.49"));
        Assert.Equal(1, await WarningsAsync("0.51"));
        Assert.Equal(1, await WarningsAsync("0.9"));
        Assert.Equal(1, await WarningsAsync("0.1"));
        Assert.Equal(2, await WarningsAsync("0.6"));
        Assert.StartsWith("The notification queue of PostgreSQL is 51 % full.", log.Lines[0], StringComparison.Ordinal);
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
        await server.ExecuteAsync(
            $"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = "
                + $"'{new NpgsqlConnectionStringBuilder(_connection).SearchPath}'");

    private PostgreSqlBackplane Join(string connection)
    {
        var settings = new NpgsqlConnectionStringBuilder(connection);
        settings.ApplicationName = settings.SearchPath;
        var backplane = new PostgreSqlBackplane(settings.ConnectionString, TimeProvider.System, NullLogger<PostgreSqlBackplane>.Instance);
        _joined.Add(backplane);
        return backplane;
    }

    private sealed class Warnings : ILogger<PostgreSqlBackplane>
    {
        public List<string> Lines { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Add(formatter(state, exception));
    }
}
