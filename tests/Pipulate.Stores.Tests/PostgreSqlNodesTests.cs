using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Pipulate.PostgreSql;
using Pipulate.Stores.Hosting;

namespace Pipulate.Stores;

/// <summary>Between nodes that share a PostgreSQL.</summary>
public sealed class PostgreSqlNodesTests(PostgreSqlServer server) : NodesContract, IClassFixture<PostgreSqlServer>
{
    private readonly List<IAsyncDisposable> _open = [];
    private string? _connection;

    protected override async ValueTask<IConversationStore> OpenStoreAsync() => Keep(new PostgreSqlConversationStore(await ConnectionAsync()));

    protected override async ValueTask<IPipulateBackplane> JoinAsync() =>
        Keep(new PostgreSqlBackplane(await ConnectionAsync(), TimeProvider.System, NullLogger<PostgreSqlBackplane>.Instance));

    /// <summary>All connections of this test's schema, as when the server is restarted.</summary>
    protected override async ValueTask BreakAsync() =>
        await server.ExecuteAsync($"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = '{new NpgsqlConnectionStringBuilder(_connection).ApplicationName}'");

    protected override async ValueTask EndAsync()
    {
        foreach (var one in _open)
        {
            await one.DisposeAsync();
        }
    }

    private async Task<string> ConnectionAsync()
    {
        if (_connection is null)
        {
            var settings = new NpgsqlConnectionStringBuilder(await server.NewSchemaAsync());
            settings.ApplicationName = settings.SearchPath;
            _connection = settings.ConnectionString;
        }

        return _connection;
    }

    private T Keep<T>(T one)
        where T : IAsyncDisposable
    {
        _open.Add(one);
        return one;
    }
}
