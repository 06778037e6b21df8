using System.Globalization;
using System.Text.RegularExpressions;
using Pipulate.Packages.Hosting;
using Pipulate.Tests;

namespace Pipulate.Packages;

/// <summary>The README's quick start, followed by a script in an empty folder.</summary>
[Collection(PackedCollection.Name)]
public sealed partial class FirstFiveMinutesTests(PackedPackages packages)
{
    [Fact]
    [Trait("Category", Exhaustive.Category)]
    public async Task Script_FollowsTheReadme_AndHearsACommentWithinFiveMinutes()
    {
        Exhaustive.SkipByDefault();
        var output = await Workplace.RunAsync("bash", $"eng/first-five-minutes.sh {packages.Folder}", Repository.Root);
        TestContext.Current.TestOutputHelper?.WriteLine(output);

        var heard = Heard().Match(output);
        Assert.True(heard.Success, output);
        Assert.InRange(double.Parse(heard.Groups[1].Value, CultureInfo.InvariantCulture), 1, 300);
    }

    [GeneratedRegex(@"heard after (\d+) s: \S+")]
    private static partial Regex Heard();
}
