using Pipulate.Tests;

namespace Pipulate.Docs;

public sealed class LinkTests
{
    public static TheoryData<string> Pages => new(DocsPage.All.Select(page => page.Path));

    [Theory, MemberData(nameof(Pages))]
    public void Link_ToSomethingOfTheRepository_IsThere(string path)
    {
        var page = DocsPage.All.Single(page => page.Path == path);
        var folder = Path.Combine(Repository.Root, Path.GetDirectoryName(path)!);

        var ours = page.Links.Where(
            link => !link.Contains("://", StringComparison.Ordinal) && !link.StartsWith("mailto:", StringComparison.Ordinal));

        Assert.All(ours, link => Assert.True(Leads(page, folder, link), $"{path} links to {link}, which is not there."));
    }

    private static bool Leads(DocsPage page, string folder, string link)
    {
        var (file, anchor) = link.Split('#') is [var before, var behind] ? (before, behind) : (link, null);
        var target = file.Length == 0 ? Path.Combine(Repository.Root, page.Path) : Path.GetFullPath(Path.Combine(folder, file));
        return anchor is null
            ? File.Exists(target) || Directory.Exists(target)
            : DocsPage.All.FirstOrDefault(other => Path.Combine(Repository.Root, other.Path) == target)?.Anchors.Contains(anchor) is true;
    }
}
