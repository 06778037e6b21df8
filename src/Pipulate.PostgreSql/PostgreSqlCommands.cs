using Npgsql;
using Pipulate.Storage;

namespace Pipulate.PostgreSql;

/// <summary>Prepares and executes commands, with parameters of the types that the tables have.</summary>
internal static class PostgreSqlCommands
{
    public static async Task<int> ExecuteAsync(
        NpgsqlConnection connection, string sql, CancellationToken cancellationToken, params NpgsqlParameter[] values)
    {
        await using var command = Prepare(new NpgsqlCommand(sql, connection), values);
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }

    public static NpgsqlCommand Prepare(NpgsqlCommand command, params NpgsqlParameter[] values)
    {
        command.Parameters.AddRange(values);
        return command;
    }

    public static NpgsqlBatchCommand Prepare(NpgsqlBatchCommand command, params NpgsqlParameter[] values)
    {
        command.Parameters.AddRange(values);
        return command;
    }

    public static NpgsqlParameter<string?> Owner(ConversationKey conversation) => Value(conversation.Owner);

    public static NpgsqlParameter<string?> Id(ConversationKey conversation) => Value(conversation.Id.Value);

    public static NpgsqlParameter<string?> Value(string? value) => new() { TypedValue = value };

    public static NpgsqlParameter<int> Number(int value) => new() { TypedValue = value };

    public static NpgsqlParameter<long> Number(long value) => new() { TypedValue = value };
}
