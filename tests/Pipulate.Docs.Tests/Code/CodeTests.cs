using System.Text.Json;
using System.Text.RegularExpressions;
using Pipulate.Tests;

namespace Pipulate.Docs.Code;

/// <summary>
/// Whatever stands in a block of a page can be typed off: C#, views and components compile, JSON can be read, commands name what is there.
/// </summary>
public sealed partial class CodeTests(CodeProject project) : IClassFixture<CodeProject>
{
    /// <summary>What needs no test, because it shows and is not typed: pictures, and what a program prints.</summary>
    private static readonly string[] Shown = ["", "text", "mermaid"];

    public static TheoryData<string> Pages =>
        new(DocsPage.All.Where(page => page.Blocks.Any(CodeProject.IsCode)).Select(page => page.Path));

    private static IEnumerable<CodeBlock> Blocks => DocsPage.All.SelectMany(page => page.Blocks);

    [Theory, MemberData(nameof(Pages))]
    public void Code_OfAPage_Compiles(string page) =>
        Demand(project.Errors.Where(error => error.StartsWith($"{page}(", StringComparison.Ordinal)));

    /// <summary>So that nothing is wrong that belongs to no page.</summary>
    [Fact]
    public void Code_OfAllPages_Compiles() => Demand(project.Errors);

    [Fact]
    public void Block_OfAnyKind_IsOneThatIsTested() =>
        Assert.Empty(Blocks.Where(block => !CodeProject.IsCode(block)
            && block.Language is not ("json" or "css" or "bash" or "xml" or "diff")
            && !Shown.Contains(block.Language)).Select(block => $"{block.Page}({block.Line}): {block.Language}"));

    [Fact]
    public void Json_OfAPage_CanBeRead() =>
        Assert.All(Blocks.Where(block => block.Language == "json"), block => JsonDocument.Parse(block.Text).Dispose());

    [Fact]
    public void Xml_OfAPage_CanBeRead() =>
        Assert.All(Blocks.Where(block => block.Language == "xml"), block => System.Xml.Linq.XElement.Parse($"<some>{block.Text}</some>"));

    [Fact]
    public void Css_PropertiesThatItSets_AreThePanels()
    {
        var sheet = File.ReadAllText(Path.Combine(Repository.Root, "src", "Pipulate.AspNetCore", "wwwroot", "pipulate.css"));

        Assert.All(
            Blocks.Where(block => block.Language == "css").SelectMany(block => Property().Matches(block.Text)),
            name => Assert.Contains($"var({name.Value}", sheet, StringComparison.Ordinal));
    }

    /// <summary>Commands name projects, scripts and folders of this repository.</summary>
    [Fact]
    public void Command_PathsThatItNames_AreThere() =>
        Assert.All(
            from block in Blocks
            where block.Language is "" or "bash"
            from path in RepositoryPath().Matches(block.Text)
            select (block, path.Value),
            named => Assert.True(
                Path.Exists(Path.Combine(Repository.Root, named.Value)), $"{named.block.Page}({named.block.Line}): {named.Value}"));

    private static void Demand(IEnumerable<string> errors) => Assert.True(!errors.Any(), string.Join('\n', errors));

    [GeneratedRegex(@"--chat-[\w-]+")]
    private static partial Regex Property();

    [GeneratedRegex(@"(?<![\w/.-])(src|samples|tests|bench|eng|docs|templates)/[\w./-]*\w")]
    private static partial Regex RepositoryPath();
}
