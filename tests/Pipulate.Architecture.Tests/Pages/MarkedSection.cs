using Pipulate.Tests;

namespace Pipulate.Architecture.Pages;

/// <summary>Represents the part of a page of the docs that is written by a test, between two comments.</summary>
/// <param name="page">The page, from the root of the repository.</param>
/// <param name="name">What the comments say.</param>
internal sealed class MarkedSection(string page, string name)
{
    private readonly string _begin = $"<!-- {name}: written by tests/Pipulate.Architecture.Tests -->\n";
    private readonly string _end = $"<!-- end of {name} -->\n";

    /// <summary>Checks that the section is the text, or writes it where that is asked for.</summary>
    public void AssertIs(string text)
    {
        var path = Path.Combine(Repository.Root, page);
        var whole = File.ReadAllText(path);
        var begin = whole.IndexOf(_begin, StringComparison.Ordinal);
        var end = whole.IndexOf(_end, StringComparison.Ordinal);
        Assert.True(begin >= 0 && end > begin, $"{page} lacks the lines {_begin.Trim()} and {_end.Trim()}.");
        var expected = whole[..(begin + _begin.Length)] + text + whole[end..];
        if (Update.IsAsked)
        {
            File.WriteAllText(path, expected);
            whole = expected;
        }

        Assert.True(whole == expected, $"{page} does not have the {name} of the code. Write it with: {Update.Command}");
    }
}
