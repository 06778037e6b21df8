using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Pipulate.Architecture.Sources;
using Pipulate.Tests;

namespace Pipulate.Architecture.Rules;

/// <summary>Checks that files and lines are short enough to be read.</summary>
internal static partial class LengthRules
{
    private const int MostLines = 350;
    private const int MostCharacters = 140;

    /// <summary>A string that begins behind this column can stand on a line of its own.</summary>
    private const int SampleColumn = 60;

    public static IEnumerable<Violation> Check() =>
        from folder in (string[])["src", "tests", "samples", "bench", "templates"]
        from file in TextFile.In(Path.Combine(Repository.Root, folder), ".cs", ".js", ".css", ".md")
        from violation in Check($"{folder}/{file}", File.ReadAllLines(Path.Combine(Repository.Root, folder, file)))
        select violation;

    public static IEnumerable<Violation> Check(string file, IReadOnlyList<string> lines)
    {
        var prose = file.EndsWith(".md", StringComparison.Ordinal);
        if (lines.Count > MostLines && !prose)
        {
            yield return new Violation("file length", file, $"lines, of {MostLines}", lines.Count);
        }

        // A table of Markdown cannot be broken, and neither can an address.
        int[] wide = [.. Enumerable.Range(0, lines.Count).Where(index => IsLong(lines[index]) && !(prose && lines[index].StartsWith('|')))];
        if (wide.Length > 0 && file.EndsWith(".cs", StringComparison.Ordinal) && !file.StartsWith("src/", StringComparison.Ordinal))
        {
            // HTML, JSON and CSS stand in tests as they are sent.
            var samples = SamplesIn(lines);
            wide = [.. wide.Where(index => !samples.Any(sample => IsWithin(sample, index)))];
        }

        if (wide.Length > 0)
        {
            yield return new Violation(
                "line length", file, $"lines over {MostCharacters} characters", wide.Length,
                [.. wide.Select(index => $"{file}:{index + 1}")]);
        }
    }

    private static List<FileLinePositionSpan> SamplesIn(IReadOnlyList<string> lines)
    {
        var tree = CSharpSyntaxTree.ParseText(string.Join('\n', lines));
        return
        [
            .. from node in tree.GetRoot().DescendantNodes()
               where node.IsKind(SyntaxKind.StringLiteralExpression) || node is InterpolatedStringExpressionSyntax
               select tree.GetLineSpan(node.Span),
        ];
    }

    /// <summary>Gets a value indicating whether a string is what makes a line long.</summary>
    private static bool IsWithin(FileLinePositionSpan text, int line)
    {
        var begin = text.StartLinePosition.Line < line ? 0 : text.StartLinePosition.Character;
        var end = text.EndLinePosition.Line > line ? int.MaxValue : text.EndLinePosition.Character;
        return text.StartLinePosition.Line <= line && line <= text.EndLinePosition.Line && end > MostCharacters && begin < SampleColumn;
    }

    private static bool IsLong(string line) => line.Length > MostCharacters && Address().Replace(line, "").Length > MostCharacters;

    [GeneratedRegex(@"https?://[^\s)""<>]+")]
    private static partial Regex Address();
}
