using System.Reflection;
using Microsoft.Extensions.Logging;
using Pipulate.PostgreSql;
using Pipulate.Tests;

namespace Pipulate.Stores;

/// <summary>The table of docs/logging.md has what PostgreSQL's package logs, line for line.</summary>
public sealed class PostgreSqlLogTableTests
{
    [Fact]
    public void Table_OfWhatIsLogged_IsWhatTheCodeLogs() =>
        Assert.Equal(
            from type in typeof(PostgreSqlBackplane).Assembly.GetTypes()
            from method in type.GetMethods(BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic)
            let message = method.GetCustomAttribute<LoggerMessageAttribute>()
            where message is not null
            orderby type.FullName, message.EventId
            select $"| `{type.FullName}` | {message.EventId} | {message.Level} | {message.Message} |",
            File.ReadLines(Path.Combine(Repository.Root, "docs", "logging.md")).Where(
                line => line.StartsWith("| `Pipulate.PostgreSql.", StringComparison.Ordinal)));
}
