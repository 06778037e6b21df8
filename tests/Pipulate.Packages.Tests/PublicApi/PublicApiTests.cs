using System.Reflection;
using Pipulate.Tests;

namespace Pipulate.Packages.PublicApi;

/// <summary>
/// What each package shows to its users stands beside its project, in PublicAPI.txt: who changes it sees it in the diff, and so does who
/// reviews it.
/// </summary>
public sealed class PublicApiTests
{
    private const string Switch = "PIPULATE_UPDATE";

    public static TheoryData<string> Packages => new(Directory
        .EnumerateDirectories(Path.Combine(Repository.Root, "src"))
        .Select(folder => Path.GetFileName(folder)!)
        .Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Packages))]
    public void PublicApi_OfPackage_IsWhatStandsBesideItsProject(string package)
    {
        var file = Path.Combine(Repository.Root, "src", package, "PublicAPI.txt");
        var now = ApiText.Of(Assembly.Load(package));
        if (Environment.GetEnvironmentVariable(Switch) == "1")
        {
            File.WriteAllText(file, now);
        }

        var written = File.Exists(file) ? File.ReadAllText(file) : "";
        Assert.True(written == now, $"""
            The public API of {package} is not what src/{package}/PublicAPI.txt says:

            {string.Join('\n', Difference(written, now))}

            If it is meant to be so, write it down:
            {Switch}=1 dotnet test tests/Pipulate.Packages.Tests --filter FullyQualifiedName~PublicApi
            and say in CHANGELOG.md what users have to do about it.
            """);
    }

    [Fact]
    public void Difference_OfOneMemberThatChanged_NamesItAndItsType()
    {
        var lines =
            Difference("class A\n    int X\n    int Y\n\nclass B\n    int X\n", "class A\n    int X\n    int Y\n\nclass B\n    long X\n");

        Assert.Equal(["  class B", "-     int X", "+     long X"], lines);
    }

    /// <summary>The lines that went and came, under the type that they belong to.</summary>
    private static List<string> Difference(string before, string after)
    {
        var (old, now) = (Qualified(before), Qualified(after));
        var changes = old.Except(now).Select(line => (line.Type, Line: $"- {line.Text}"))
            .Concat(now.Except(old).Select(line => (line.Type, Line: $"+ {line.Text}")));
        return
        [
            .. changes.GroupBy(change => change.Type).OrderBy(group => group.Key, StringComparer.Ordinal)
                .SelectMany(group => group.Select(change => change.Line).Prepend($"  {group.Key}").Distinct()),
        ];
    }

    private static List<(string Type, string Text)> Qualified(string text)
    {
        var type = "";
        var lines = new List<(string, string)>();
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            type = line.StartsWith(' ') ? type : line;
            lines.Add((type, line));
        }

        return lines;
    }
}
