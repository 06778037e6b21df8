using System.Text.RegularExpressions;
using Pipulate.Tests;

namespace Pipulate.Packages.Hosting;

/// <summary>A page of the docs that says which lines to add to which file, in blocks of the language <c>diff</c>.</summary>
internal static partial class Guide
{
    /// <summary>The text under a heading, down to the next one of its kind.</summary>
    public static string Section(string page, string heading)
    {
        var text = File.ReadAllText(Path.Combine(Repository.Root, page));
        var begin = Regex.Match(text, $"^## {Regex.Escape(heading)}.*\n", RegexOptions.Multiline);
        Assert.True(begin.Success, $"{page} has no heading \"{heading}\".");
        var rest = text[(begin.Index + begin.Length)..];
        return rest.IndexOf("\n## ", StringComparison.Ordinal) is var end and >= 0 ? rest[..end] : rest;
    }

    /// <summary>The files that a section names, each with what is to be added to it.</summary>
    public static IEnumerable<(string File, string Diff)> Changes(string section) =>
        NamedBlock().Matches(section).Select(match => (match.Groups["file"].Value, match.Groups["diff"].Value));

    /// <summary>
    /// Adds the lines. Those of the file that stand around them must come in the order of the diff. An addition goes right behind the line
    /// before it; the first of a piece, before which stands an empty line, goes right before the line behind it.
    /// </summary>
    public static string Apply(string text, string diff, string what)
    {
        var lines = text.ReplaceLineEndings("\n").TrimStart('\ufeff').Split('\n').ToList();
        var added = new List<string>();
        var at = 0;
        var begins = true;
        foreach (var line in diff.TrimEnd('\n').Split('\n'))
        {
            if (line.StartsWith('+'))
            {
                added.Add(line[1..]);
            }
            else if (line.Trim().Length == 0)
            {
                Add();
                begins = true;
            }
            else
            {
                if (!begins)
                {
                    Add();
                }

                var found = lines.FindIndex(at, one => one.Trim() == line.Trim());
                Assert.True(found >= 0, $"{what}: the application has no line \"{line.Trim()}\" behind those before it:\n{text}");
                at = found;
                Add();
                at++;
                begins = false;
            }
        }

        Add();
        return string.Join('\n', lines);

        void Add()
        {
            lines.InsertRange(at, added);
            at += added.Count;
            added.Clear();
        }
    }

    [GeneratedRegex("^`(?<file>[^`]+)`:\n\n```diff\n(?<diff>.*?)```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex NamedBlock();
}
