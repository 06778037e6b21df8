using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Pipulate.PostgreSql;

/// <summary>
/// Connects the processes that use one database and schema by LISTEN and NOTIFY. Uses two connections beside the pool: one that only
/// listens, and one that only notifies, each statement by itself. A notification in the transaction of another write would hold up all
/// writers of the database until it is committed.
/// </summary>
internal sealed partial class PostgreSqlBackplane : IPipulateBackplane, IAsyncDisposable, IDisposable
{
    /// <summary>Caps a payload, because PostgreSQL takes less than 8,000 bytes.</summary>
    private const int LargestPayload = 7_900;

    /// <summary>
    /// Sets how often the server is probed, because a connection whose other end has failed silently would be listened to indefinitely. The
    /// answer to a probe may take as long as a command.
    /// </summary>
    private const int KeepAliveSeconds = 10;

    private const int CommandSeconds = 5;

    /// <summary>Sets the fill level that is logged, because a full queue refuses the notifications of all clients.</summary>
    private const double FullEnough = 0.5;

    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    /// <summary>Precedes each payload, so that a process recognises its own.</summary>
    private readonly string _sender = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(9));

    private readonly string _connectionString;
    private readonly TimeProvider _time;
    private readonly ILogger<PostgreSqlBackplane> _logger;
    private readonly SemaphoreSlim _publishing = new(1);
    private readonly CancellationTokenSource _ending = new();
    private NpgsqlConnection? _publisher;
    private string? _channel;
    private long? _looked;
    private bool _full;

    public PostgreSqlBackplane(
        string connectionString,
        TimeProvider time,
        ILogger<PostgreSqlBackplane> logger,
        int keepAliveSeconds = KeepAliveSeconds,
        int commandSeconds = CommandSeconds)
    {
        _connectionString = new NpgsqlConnectionStringBuilder(connectionString)
        {
            Pooling = false,
            KeepAlive = keepAliveSeconds,
            CommandTimeout = commandSeconds,
            Multiplexing = false,
        }.ConnectionString;
        _time = time;
        _logger = logger;
        LargestMessage = (LargestPayload - _sender.Length) / 4 * 3;
    }

    public int LargestMessage { get; }

    public IDisposable Subscribe(Action<ReadOnlyMemory<byte>> received, Action reconnected)
    {
        ArgumentNullException.ThrowIfNull(received);
        ArgumentNullException.ThrowIfNull(reconnected);
        var subscription = new Subscription(received, reconnected, CancellationTokenSource.CreateLinkedTokenSource(_ending.Token));

        // Not awaited: it ends with the subscription and never throws.
        _ = Task.Run(() => ListenAsync(subscription), CancellationToken.None);
        return subscription;
    }

    public async Task PublishAsync(ReadOnlyMemory<byte> message, CancellationToken cancellationToken = default)
    {
        if (message.IsEmpty || message.Length > LargestMessage)
        {
            throw new ArgumentException($"A message has 1 to {LargestMessage} bytes; this one has {message.Length}.", nameof(message));
        }

        await _publishing.WaitAsync(cancellationToken);
        try
        {
            _publisher ??= await OpenAsync(cancellationToken);
            await using var notify = new NpgsqlCommand("SELECT pg_notify($1, $2)", _publisher);
            notify.Parameters.Add(new NpgsqlParameter<string> { TypedValue = _channel });
            notify.Parameters.Add(new NpgsqlParameter<string> { TypedValue = _sender + Convert.ToBase64String(message.Span) });
            await notify.ExecuteNonQueryAsync(cancellationToken);
            await LookAtQueueAsync(_publisher, cancellationToken);
        }
        catch
        {
            // The next message gets a new connection.
            await CloseAsync(_publisher);
            _publisher = null;
            throw;
        }
        finally
        {
            _publishing.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        await CloseAsync(_publisher);
        _publisher = null;
    }

    public void Dispose()
    {
        _ending.Cancel();
        _publisher?.Dispose();
        _publisher = null;
    }

    /// <summary>
    /// Checks how full the queue of notifications is. PostgreSQL keeps one until all listeners have read it, so a listener that stays in a
    /// transaction for hours lets the queue grow.
    /// </summary>
    private async Task LookAtQueueAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        if (_looked is { } last && _time.GetElapsedTime(last) < BetweenLooks)
        {
            return;
        }

        _looked = _time.GetTimestamp();
        var usage = (double?)await ExecuteAsync(connection, "SELECT pg_notification_queue_usage()", cancellationToken) ?? 0;
        if (usage > FullEnough && !_full)
        {
            LogFull(usage * 100);
        }

        _full = usage > FullEnough;
    }

    private static async Task CloseAsync(NpgsqlConnection? connection)
    {
        try
        {
            await (connection?.DisposeAsync() ?? default);
        }
        catch (NpgsqlException)
        {
            // The connection was broken already.
        }
    }

    private async Task ListenAsync(Subscription subscription)
    {
        var ended = subscription.Ended;
        var pause = ShortestPause;
        while (!ended.IsCancellationRequested)
        {
            try
            {
                await using var connection = await OpenAsync(ended);
                connection.Notification += (_, notification) => Take(subscription, notification.Payload);
                await ExecuteAsync(connection, $"LISTEN \"{_channel}\"", ended);
                pause = ShortestPause;
                LogListening();
                Tell(subscription.Reconnected);
                while (true)
                {
                    await connection.WaitAsync(ended);
                }
            }
            catch (OperationCanceledException) when (ended.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception)
            {
                LogLost(exception);
            }

            // Increased step by step, so that many processes do not reconnect at once when the server is back.
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
            var rest = ShortestPause + (pause * Random.Shared.NextDouble());
            await Task.Delay(rest, _time, ended).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private void Take(Subscription subscription, string payload)
    {
        if (payload.StartsWith(_sender, StringComparison.Ordinal) || payload.Length <= _sender.Length)
        {
            return;
        }

        Tell(() => subscription.Received(Convert.FromBase64String(payload[_sender.Length..])));
    }

    /// <summary>Calls a listener, and keeps its exceptions from breaking the connection.</summary>
    private void Tell(Action listener)
    {
        try
        {
            listener();
        }
        catch (Exception exception)
        {
            LogRefused(exception);
        }
    }

    private async Task<NpgsqlConnection> OpenAsync(CancellationToken cancellationToken)
    {
        var connection = new NpgsqlConnection(_connectionString);
        try
        {
            await connection.OpenAsync(cancellationToken);

            // Channels belong to the database; applications that share one have different schemas.
            _channel ??= ChannelOf(await ExecuteAsync(connection, "SELECT current_schema()", cancellationToken) as string ?? "");
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>Gets the channel of a schema: a hash, because the schema's name may exceed what is left of 63 bytes.</summary>
    private static string ChannelOf(string schema) =>
        "pipulate_" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(schema)).AsSpan(0, 8));

    private static async Task<object?> ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync(cancellationToken);
    }

    [LoggerMessage(1, LogLevel.Information, "Listening to the other nodes.")]
    private partial void LogListening();

    [LoggerMessage(
        2,
        LogLevel.Warning,
        "Messages of other nodes are not received: the connection to PostgreSQL was lost. The node reconnects, "
            + "and reads what it missed from the store.")]
    private partial void LogLost(Exception exception);

    [LoggerMessage(3, LogLevel.Error, "A message of another node could not be processed.")]
    private partial void LogRefused(Exception exception);

    [LoggerMessage(
        4,
        LogLevel.Warning,
        "The notification queue of PostgreSQL is {Percent:0} % full. When it is full, no message reaches other nodes: find "
            + "the listening session with a long transaction (pg_stat_activity), and end it.")]
    private partial void LogFull(double percent);

    private sealed class Subscription(
        Action<ReadOnlyMemory<byte>> received, Action reconnected, CancellationTokenSource ending) : IDisposable
    {
        public Action<ReadOnlyMemory<byte>> Received { get; } = received;

        public Action Reconnected { get; } = reconnected;

        public CancellationToken Ended { get; } = ending.Token;

        public void Dispose() => ending.Cancel();
    }
}
