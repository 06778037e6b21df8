using System.Text.RegularExpressions;

namespace Pipulate.Soak.Chaos;

/// <summary>What stands in all that somebody says, does, names or is answered: whoever finds another's has seen another's words.</summary>
internal static partial class Marks
{
    private static int _made;

    public static string New() => $"mark{Interlocked.Increment(ref _made):x5}k";

    public static IEnumerable<string> In(string text) => Form().Matches(text).Select(mark => mark.Value).Distinct();

    [GeneratedRegex("mark[0-9a-f]{5,}k")]
    private static partial Regex Form();
}
