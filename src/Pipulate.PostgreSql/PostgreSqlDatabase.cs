using Npgsql;

namespace Pipulate.PostgreSql;

/// <summary>Opens pooled connections to the database, and creates the tables before the first one.</summary>
internal sealed class PostgreSqlDatabase(string connectionString) : IAsyncDisposable, IDisposable
{
    private readonly NpgsqlDataSource _source = NpgsqlDataSource.Create(connectionString);
    private readonly SemaphoreSlim _making = new(1);
    private bool _made;

    public async ValueTask<NpgsqlConnection> OpenAsync(CancellationToken cancellationToken)
    {
        if (!Volatile.Read(ref _made))
        {
            await MakeOnceAsync(cancellationToken);
        }

        return await _source.OpenConnectionAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await _source.DisposeAsync();
        _making.Dispose();
    }

    public void Dispose()
    {
        _source.Dispose();
        _making.Dispose();
    }

    private async Task MakeOnceAsync(CancellationToken cancellationToken)
    {
        await _making.WaitAsync(cancellationToken);
        try
        {
            if (!_made)
            {
                await using var connection = await _source.OpenConnectionAsync(cancellationToken);
                await PostgreSqlSchema.BringUpToDateAsync(connection, cancellationToken);
                Volatile.Write(ref _made, true);
            }
        }
        finally
        {
            _making.Release();
        }
    }
}
