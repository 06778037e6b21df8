using System.Text.RegularExpressions;
using Pipulate.Tests;

namespace Pipulate.Docs;

/// <summary>Holds .github/dependabot.yml to the packages that there are: it updates nothing in a directory that it does not name.</summary>
public sealed partial class DependabotTests
{
    private static readonly string[] Fetched = ["artifacts", "node_modules", "bin", "obj"];

    [Theory]
    [InlineData("npm", "package.json")]
    [InlineData("nuget", "Directory.Packages.props")]
    public void Dependabot_EachDirectoryWithPackages_IsNamed(string ecosystem, string file)
    {
        var settings = File.ReadAllText(Path.Combine(Repository.Root, ".github", "dependabot.yml"));
        var section = settings.Split("package-ecosystem: ").Single(part => part.StartsWith(ecosystem + '\n', StringComparison.Ordinal));

        Assert.Equal(Directories(file), Named().Matches(section).Select(match => match.Groups[1].Value).Order(StringComparer.Ordinal));
    }

    /// <summary>Finds the directories of the repository that have such a file, as dependabot writes them.</summary>
    private static IEnumerable<string> Directories(string file) =>
        Directory.EnumerateFiles(Repository.Root, file, SearchOption.AllDirectories)
            .Select(path => '/' + Path.GetRelativePath(Repository.Root, path).Replace('\\', '/')[..^file.Length].TrimEnd('/'))
            .Where(directory => !directory.Split('/').Any(folder => Fetched.Contains(folder) || folder.StartsWith('.')))
            .Order(StringComparer.Ordinal);

    [GeneratedRegex(@"^ +- (/\S*)$", RegexOptions.Multiline)]
    private static partial Regex Named();
}
