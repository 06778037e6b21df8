using System.Text;
using Pipulate.Tests;

namespace Pipulate.Architecture.Rules;

/// <summary>Represents today's violations, which stand in a file and may only become fewer.</summary>
internal static class ViolationList
{
    private const string Name = "tests/Pipulate.Architecture.Tests/Violations.txt";

    private static string FilePath => Path.Combine(Repository.Root, Name);

    public static IReadOnlyList<string> Read() => [.. File.ReadAllLines(FilePath).Where(line => line.Length > 0)];

    public static void Write(IEnumerable<Violation> violations)
    {
        var lines = violations.Select(violation => violation.Line).Order(StringComparer.Ordinal);
        File.WriteAllText(FilePath, string.Concat(lines.Select(line => line + "\n")));
    }

    /// <summary>
    /// Says what differs from the list and what to do about it; nothing where the list holds.
    /// A count may fall without a change of the list, so an edit that shortens a long file a little does not fail.
    /// </summary>
    public static string Compare(IReadOnlyList<string> listed, IReadOnlyList<Violation> found)
    {
        var limits = listed.Select(Violation.Parse).ToDictionary();
        var keys = found.Select(violation => violation.Key).ToHashSet();
        var grown = found.Where(violation => !limits.TryGetValue(violation.Key, out var limit) || violation.Count > limit).ToList();
        var gone = listed.Where(line => !keys.Contains(Violation.Parse(line).Key)).ToList();
        var text = new StringBuilder();
        if (grown.Count > 0)
        {
            text.Append("Not in ").Append(Name).Append(", which may only shrink. Change the code:\n").Append(Report(grown));
        }

        if (gone.Count > 0)
        {
            text.Append("No longer there. Delete the lines from ").Append(Name).Append(", or run ").Append(Update.Command).Append(":\n");
            gone.ForEach(line => text.Append("  ").Append(line).Append('\n'));
        }

        return text.ToString();
    }

    /// <summary>Writes each violation with its places.</summary>
    public static string Report(IEnumerable<Violation> violations)
    {
        var text = new StringBuilder();
        foreach (var violation in violations.OrderBy(violation => violation.Line, StringComparer.Ordinal))
        {
            text.Append("  ").Append(violation.Line).Append('\n');
            foreach (var detail in violation.Details)
            {
                text.Append("      ").Append(detail).Append('\n');
            }
        }

        return text.ToString();
    }
}
