namespace Pipulate.Tests;

public sealed class GuideTests
{
    /// <summary>What the guide shows is what runs here, to the letter.</summary>
    [Fact]
    public void Guide_TheTestsThatItShows_AreThoseOfCardTests()
    {
        var source = File.ReadAllText(Path.Combine(Repository.Root, "tests", "Pipulate.Testing.Tests", "Guide", "CardTests.cs"));
        var guide = File.ReadAllText(Path.Combine(Repository.Root, "docs", "testing.md"));

        Assert.Contains(
            $"```csharp\n{source[source.IndexOf("public sealed class", StringComparison.Ordinal)..]}```\n",
            guide,
            StringComparison.Ordinal);
    }
}
