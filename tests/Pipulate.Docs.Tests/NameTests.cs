using System.Text.RegularExpressions;
using Pipulate.Tests;

namespace Pipulate.Docs;

public sealed partial class NameTests
{
    private static readonly ILookup<string, string> Tests = Directory.EnumerateFiles(Path.Combine(Repository.Root, "tests"), "*.cs", SearchOption.AllDirectories)
        .Where(file => Path.GetFileNameWithoutExtension(file) is var name && (name.EndsWith("Tests", StringComparison.Ordinal) || name.EndsWith("Contract", StringComparison.Ordinal)))
        .ToLookup(file => Path.GetFileNameWithoutExtension(file));

    /// <summary>A page that says "a test shows it" names one that is there.</summary>
    [Fact]
    public void Test_ThatAPageNames_IsThere() =>
        Assert.All(
            from page in DocsPage.All
            where page.Path is not "CHANGELOG.md"
            from name in page.Names
            let test = Test().Match(name)
            where test.Success
            select (page, name, test),
            named => Assert.True(
                Tests[named.test.Groups["class"].Value].Any(file => !named.test.Groups["method"].Success || File.ReadAllText(file).Contains($" {named.test.Groups["method"].Value}(", StringComparison.Ordinal)),
                $"{named.page} names {named.name}, which is not there."));

    [GeneratedRegex(@"^(?<class>[A-Z]\w+(Tests|Contract))(\.(?<method>\w+))?$")]
    private static partial Regex Test();
}
