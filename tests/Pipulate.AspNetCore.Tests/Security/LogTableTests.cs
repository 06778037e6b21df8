using System.Reflection;
using Microsoft.Extensions.Logging;
using Pipulate.Connections;
using Pipulate.Models.Ollama;

namespace Pipulate.Tests.Security;

/// <summary>
/// The table of docs/logging.md is what the code logs, line for line; what PostgreSQL's package logs, its own tests look at. Somebody's
/// alert may hang on an id: change none, and give no one twice.
/// </summary>
public sealed class LogTableTests
{
    private const BindingFlags Any = BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic;

    /// <summary>Types that write under another one's name, for they are a part of it.</summary>
    private static readonly Dictionary<Type, Type> Parts = new()
    {
        [typeof(OllamaModelDirectory)] = typeof(OllamaChatClient),
    };

    [Fact]
    [Trait("Row", "S-47")]
    public void Table_OfWhatIsLogged_IsWhatTheCodeLogs() =>
        Assert.Equal(
            Lines().Select(line => $"| `{line.Category}` | {line.Message.EventId} | {line.Message.Level} | {line.Message.Message} |").Order(
                StringComparer.Ordinal),
            File.ReadLines(Path.Combine(Repository.Root, "docs", "logging.md")).Where(line => line.StartsWith(
                "| `Pipulate", StringComparison.Ordinal) && !line.StartsWith("| `Pipulate.PostgreSql", StringComparison.Ordinal)).Order(
                StringComparer.Ordinal));

    [Fact]
    public void Ids_OfACategory_AreEachGivenOnce() =>
        Assert.Empty(
            Lines().GroupBy(line => (line.Category, line.Message.EventId)).Where(lines => lines.Count() > 1).Select(lines => lines.Key));

    private static IEnumerable<(string Category, LoggerMessageAttribute Message)> Lines() =>
        from type in typeof(PipulateOptions).Assembly.GetTypes().Concat(typeof(ConnectionAdmission).Assembly.GetTypes())
        from method in type.GetMethods(Any)
        let message = method.GetCustomAttribute<LoggerMessageAttribute>()
        where message is not null
        select (Parts.GetValueOrDefault(type, type).FullName!, message);
}
