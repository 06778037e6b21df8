using System.Globalization;
using System.Text.RegularExpressions;
using Pipulate.Localization;

namespace Pipulate.Tests.Localization;

public sealed partial class PanelTextsTests
{
    [Theory]
    [InlineData("de", "Senden")]
    [InlineData("de-AT", "Senden")]
    [InlineData("es-MX", "Enviar")]
    [InlineData("zh-CN", "发送")]
    [InlineData("zh-Hant-TW", "发送")]
    [InlineData("en-GB", "Send")]
    [InlineData("fr", "Send")]
    public void In_ACulture_HasItsWordsOrEnglishOnes(string culture, string send)
    {
        Assert.Equal(send, PanelTexts.For(CultureInfo.GetCultureInfo(culture))[TextKey.Send]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("de")]
    [InlineData("es")]
    [InlineData("zh")]
    public void EveryLabel_InEveryShippedLanguage_IsThereWithTheSameValues(string culture)
    {
        var words = PanelTexts.For(CultureInfo.GetCultureInfo(culture));
        Assert.All(Enum.GetValues<TextKey>(), label =>
        {
            Assert.Equal(Values(PanelTexts.English[label]), Values(words[label]));
            if (culture.Length > 0 && label is not TextKey.Panel)
            {
                Assert.NotEqual(PanelTexts.English[label], words[label]);
            }
        });
    }

    [Fact]
    public void EveryLabel_IsInTheDocsWithItsEnglishWords()
    {
        var docs = File.ReadAllLines(Path.Combine(Repository.Root, "docs", "look.md"));

        Assert.All(Enum.GetValues<TextKey>(), label => Assert.Contains($"| `{label}` | {PanelTexts.English[label]} |", docs));
    }

    [Fact]
    public void Own_WordsOfTheApplication_WinOverTheShippedOnes()
    {
        var words = PanelTexts.For(CultureInfo.GetCultureInfo("de"), label => label == "Send" ? "Ab die <Post>" : null);

        Assert.Equal(("Ab die <Post>", "Anhalten"), (words[TextKey.Send], words[TextKey.Stop]));
        Assert.Equal("Ab die &lt;Post&gt;"u8, words.Html(TextKey.Send));
    }

    [Fact]
    public void Format_WithAnOwnWordThatCannotTakeTheValues_IsTheEnglishOne()
    {
        var words = PanelTexts.For(CultureInfo.InvariantCulture, _ => "{7} and {");

        Assert.Equal("Waiting for the model, place 3 in the line…", words.Format(TextKey.WaitingInLine, 3));
    }

    private static IEnumerable<string> Values(string text) => Placeholder().Matches(text).Select(match => match.Value).Order();

    [GeneratedRegex(@"\{\d\}")]
    private static partial Regex Placeholder();
}
