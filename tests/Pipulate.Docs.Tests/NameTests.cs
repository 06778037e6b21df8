using System.Text.RegularExpressions;
using Pipulate.Tests;

namespace Pipulate.Docs;

public sealed partial class NameTests
{
    private static readonly ILookup<string, string> Tests = Directory
        .EnumerateFiles(Path.Combine(Repository.Root, "tests"), "*.cs", SearchOption.AllDirectories)
        .Where(file => ClassOf(file).EndsWith("Tests", StringComparison.Ordinal)
            || ClassOf(file).EndsWith("Contract", StringComparison.Ordinal))
        .ToLookup(ClassOf);

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
                Tests[named.test.Groups["class"].Value].Any(file => Has(file, named.test.Groups["method"])),
                $"{named.page} names {named.name}, which is not there."));

    /// <summary>Gets the class of a file; a large one has several, such as <c>NodesContract.Replies.cs</c>.</summary>
    private static string ClassOf(string file) => Path.GetFileName(file).Split('.')[0];

    private static bool Has(string file, Group method) =>
        !method.Success || File.ReadAllText(file).Contains($" {method.Value}(", StringComparison.Ordinal);

    [GeneratedRegex(@"^(?<class>[A-Z]\w+(Tests|Contract))(\.(?<method>\w+))?$")]
    private static partial Regex Test();
}
