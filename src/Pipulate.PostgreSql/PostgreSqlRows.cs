using Npgsql;
using Pipulate.Storage;

namespace Pipulate.PostgreSql;

/// <summary>Reads rows of the tables.</summary>
internal static class PostgreSqlRows
{
    public static ConversationSummary Summarize(NpgsqlDataReader row) =>
        new(new ConversationId(row.GetString(0)), ReadText(row, 1), row.GetBoolean(2), row.GetFieldValue<DateTimeOffset>(3));

    public static StoredEntry ReadEntry(NpgsqlDataReader row) => new()
    {
        Id = row.GetGuid(4),
        Ordinal = row.GetInt64(5),
        Role = Enum.Parse<EntryRole>(row.GetString(6)),
        State = Enum.Parse<EntryState>(row.GetString(7)),
        CreatedAt = row.GetFieldValue<DateTimeOffset>(8),
        Epoch = row.GetInt32(9),
        Text = row.GetString(10),
        Withdrawn = row.GetBoolean(11),
        Kind = ReadText(row, 12),
        Voice = ReadText(row, 13),
        Reason = ReadText(row, 14),
        MessageId = ReadText(row, 15),
    };

    public static string? ReadText(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);
}
