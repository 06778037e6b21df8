using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Pipulate.Text;

namespace Pipulate.Tests.Text;

public class TextCutTests
{
    private const string Family = "\U0001F468\u200D\U0001F469\u200D\U0001F467";

    /// <summary>What a reader sees as one character, each.</summary>
    public static TheoryData<string> Elements =>
        [Family, "e\u0301", "🥛", "\U0001F1E9\U0001F1EA", "❤️‍🔥", "👍🏽", "1️⃣", "किं", "각", "a\u0308\u0323", "\r\n"];

    [Theory]
    [MemberData(nameof(Elements))]
    public void WithEllipsis_AnyLimit_NeverCutsInsideAnElement(string element)
    {
        var text = $"ab{element}{element}cd{element}";
        var ends = StringInfo.ParseCombiningCharacters(text).Append(text.Length).ToHashSet();
        for (var limit = 0; limit < text.Length; limit++)
        {
            var cut = TextCut.WithEllipsis(text, limit);

            Assert.EndsWith("…", cut, StringComparison.Ordinal);
            Assert.Contains(cut.Length - 1, ends);
            Assert.InRange(cut.Length - 1, 0, limit);
            Assert.StartsWith(cut[..^1], text, StringComparison.Ordinal);
            Assert.Equal(cut[..^1], TextCut.Within(text, limit));
        }

        Assert.Equal(text, TextCut.WithEllipsis(text, text.Length));
    }

    [Fact]
    public void LengthWithin_StackedAccents_CutsBetweenRunes()
    {
        var text = "a" + string.Concat(Enumerable.Repeat("\u0301", 500));

        Assert.Equal(100, TextCut.LengthWithin(text, 100));
    }

    [Fact]
    public void WithQuotations_AnyLimit_LeavesEveryQuotationClosed()
    {
        const string text = """They added "a \"b\" c\\", "🥛e" and 3 more. Be brief.""";
        for (var limit = 1; limit < text.Length; limit++)
        {
            var cut = TextCut.WithQuotations(text, limit);

            Assert.False(TextCut.IsQuoted(cut, out _), cut);
            foreach (var piece in Regex.Matches(cut, "\"(\\\\.|[^\"\\\\])*\"").Select(match => match.Value))
            {
                Assert.NotNull(JsonSerializer.Deserialize<string>(piece));
            }
        }
    }
}
