using System.Globalization;
using System.Text.RegularExpressions;

namespace Pipulate.FakeOllama.Chat;

/// <summary>Cuts text like a model's tokens: a word with the blanks before it, long words in parts.</summary>
internal static partial class Tokenizer
{
    private const int LongWord = 16;
    private const int Part = 8;

    public static IReadOnlyList<string> Cut(string text) =>
        [.. Word().Matches(text).SelectMany(word => word.Length <= LongWord ? [word.Value] : Parts(word.Value))];

    // By text elements: the real server never sends half an emoji either.
    private static IEnumerable<string> Parts(string word)
    {
        var starts = StringInfo.ParseCombiningCharacters(word);
        for (var i = 0; i < starts.Length; i += Part)
        {
            var end = i + Part < starts.Length ? starts[i + Part] : word.Length;
            yield return word[starts[i]..end];
        }
    }

    [GeneratedRegex(@"\s*\S+|\s+")]
    private static partial Regex Word();
}
