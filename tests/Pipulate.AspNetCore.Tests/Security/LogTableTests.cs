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

    private static readonly string Page = Path.Combine(Repository.Root, "docs", "logging.md");

    /// <summary>With <c>PIPULATE_UPDATE=1</c> the table is written.</summary>
    [Fact]
    [Trait("Row", "S-47")]
    public void Table_OfWhatIsLogged_IsWhatTheCodeLogs()
    {
        string[] logged =
        [
            .. Lines()
                .Select(line => $"| `{line.Category}` | {line.Message.EventId} | {line.Message.Level} | {line.Message.Message} |")
                .Order(StringComparer.Ordinal)
        ];
        var page = File.ReadAllLines(Page).ToList();
        if (Environment.GetEnvironmentVariable("PIPULATE_UPDATE") == "1")
        {
            var first = page.FindIndex(IsRow);
            page.RemoveAll(IsRow);
            page.InsertRange(first, logged);
            File.WriteAllText(Page, string.Join('\n', page) + "\n");
        }

        Assert.Equal(logged, page.Where(IsRow).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Ids_OfACategory_AreEachGivenOnce() =>
        Assert.Empty(
            Lines().GroupBy(line => (line.Category, line.Message.EventId)).Where(lines => lines.Count() > 1).Select(lines => lines.Key));

    private static bool IsRow(string line) =>
        line.StartsWith("| `Pipulate", StringComparison.Ordinal) && !line.StartsWith("| `Pipulate.PostgreSql", StringComparison.Ordinal);

    private static IEnumerable<(string Category, LoggerMessageAttribute Message)> Lines() =>
        from type in typeof(PipulateOptions).Assembly.GetTypes().Concat(typeof(ConnectionAdmission).Assembly.GetTypes())
        from method in type.GetMethods(Any)
        let message = method.GetCustomAttribute<LoggerMessageAttribute>()
        where message is not null
        select (Parts.GetValueOrDefault(type, type).FullName!, message);
}
