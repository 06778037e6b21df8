using System.Text.RegularExpressions;

namespace Pipulate.Tests;

public sealed partial class ReadmeTests
{
    /// <summary>The lines that the README shows are the sample's, to the letter and all of them.</summary>
    /// <summary>By which the sample can be tried in two ways; an application says which one it wants, or nothing.</summary>
    private const string Setting = " transport=\"@Configuration[\"Sample:Transport\"]\"";

    [Fact]
    public void Readme_LinesOfPipulate_AreTheSamples()
    {
        var sample = Path.Combine(Repository.Root, "samples", "TodoWithCommentary");
        var sources = Directory.EnumerateFiles(sample, "*.cs*", SearchOption.AllDirectories)
            .Where(file => file.EndsWith(".cs", StringComparison.Ordinal) || file.EndsWith(".cshtml", StringComparison.Ordinal))
            .SelectMany(File.ReadLines)
                .Select(line => line.Replace(Setting, "", StringComparison.Ordinal).Trim())
                .Where(line => line.Length > 0)
                .ToHashSet();
        var readme = File.ReadAllText(Path.Combine(Repository.Root, "README.md"));
        var section = readme[readme.IndexOf(
            "## What it takes", StringComparison.Ordinal)..readme.IndexOf("## What it does", StringComparison.Ordinal)];

        var shown = Blocks().Matches(section).SelectMany(block => block.Groups[1].Value.Split('\n'))
            .Select(line => Remarks().Replace(line, "").Trim())
            .Where(line => line.Length > 0 && line != "…")
            .ToList();

        Assert.NotEmpty(shown);
        Assert.All(shown, line => Assert.Contains(line, sources));
        Assert.InRange(shown.Count, 10, 18);
        Assert.All(sources.Where(
            line => line.Contains("Pipulate(", StringComparison.Ordinal) || line.Contains("ChatCommentary(", StringComparison.Ordinal)
            || line.Contains("Events.Add(", StringComparison.Ordinal) || line.Contains("chat-event=", StringComparison.Ordinal)),
                line => Assert.Contains(line, shown));
    }

    [GeneratedRegex("```[a-z]+\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Blocks();

    /// <summary>What a block says about its lines.</summary>
    [GeneratedRegex(@"(^|\s+)//\s.*|@\*.*?\*@")]
    private static partial Regex Remarks();
}
