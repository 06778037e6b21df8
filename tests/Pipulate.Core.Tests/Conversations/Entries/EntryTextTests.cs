using System.Net;
using System.Text;
using Pipulate.Conversations.Entries;

namespace Pipulate.Tests.Conversations.Entries;

public class EntryTextTests
{
    private static readonly string[] Pieces =
        [
            "a", " ", "  ", "\n", "\t", "<b>", "</div>", "&", "&amp;", "&#x41;", "\"", "'", "é", "日本", "\U0001F600", "\uD83D", "\uDE00",
            "\0", "\u0007", "\u200D", "\uFFFE", "hx-swap-oob=\"true\""
        ];

    [Theory]
    [InlineData(" leading and trailing ")]
    [InlineData("\n\n  x\n")]
    [InlineData("a\tb")]
    [InlineData("<b>bold</b> & \"double\" 'single' `tick` &amp; &lt;")]
    [InlineData("Grüße, 日本語, \U0001F468\u200D\U0001F469\u200D\U0001F467, e\u0301")]
    [Trait("Row", "S-36")]
    public void Append_AnyText_IsKeptExactlyInBothForms(string text)
    {
        var entry = Of(text);

        Assert.Equal(text, entry.ToString());
        Assert.Equal(text, Decoded(entry.Encoded()));
        Assert.Equal(text.Length, entry.Length);
    }

    [Theory]
    [InlineData("all <plain> & well")]
    [InlineData("with a\r\nreturn, a \0 and a bell \a")]
    [InlineData("\U0001F468\u200D\U0001F469")]
    public void Set_AnyText_IsTheSameAsAppendingIt(string text)
    {
        var whole = new EntryText();
        whole.Set(text);
        var pieces = new EntryText();
        foreach (var character in text)
        {
            pieces.Append([character]);
        }

        Assert.Equal(pieces.ToString(), whole.ToString());
        Assert.Equal(pieces.Length, whole.Length);
        Assert.Equal(pieces.Encoded(), whole.Encoded());
    }

    [Fact]
    public void Append_BehindAWholeText_ContinuesIt()
    {
        var text = new EntryText();
        text.Set("a<");
        var from = text.EncodedLength;
        text.Append("b>");

        Assert.Equal("a<b>", text.ToString());
        Assert.Equal("b&gt;", Encoding.UTF8.GetString(text.Encoded(from)));
    }

    [Fact]
    [Trait("Row", "S-30")]
    public void Encoded_Markup_HasNoMarkup()
    {
        var html = Encoding.UTF8.GetString(Of("<script>alert('x')</script>&\"").Encoded());

        Assert.Equal(-1, html.IndexOfAny(['<', '>', '"', '\'']));
    }

    [Fact]
    public void Encoded_LettersOfAnyScript_StayAsTheyAre() => Assert.Equal("Grüße 日本", Encoding.UTF8.GetString(Of("Grüße 日本").Encoded()));

    [Fact]
    public void Append_PairCutInTwo_IsPutTogether()
    {
        var text = new EntryText();
        text.Append("x\uD83D");
        Assert.Equal("x", text.ToString());
        Assert.Equal(1, text.EncodedLength);

        text.Append("");
        text.Append("\uDE00y");

        Assert.Equal("x\U0001F600y", text.ToString());
        Assert.Equal("x\U0001F600y", Decoded(text.Encoded()));
    }

    [Fact]
    [Trait("Row", "S-20b")]
    public void Append_LoneSurrogate_BecomesTheReplacementCharacter()
    {
        // No theory: an attribute's text is kept as UTF-8, which has no lone surrogates.
        Assert.Equal("\uFFFDx", Of("\uDE00x").ToString());
        Assert.Equal("\uFFFDx", Of("\uD83Dx").ToString());
        Assert.Equal("\uFFFD\U0001F600", Of("\uD83D\uD83D\uDE00").ToString());
        Assert.Equal("\uFFFD\uFFFD", Of("\uD83D\uD83D").ToString());
        Assert.Equal("x\uFFFD", Of("x\uD83D").ToString());
        Assert.Equal("\uFFFD\n", Of("\uD83D\0\n").ToString());
    }

    [Fact]
    public void Append_ManyHalvesAfterAHalf_FitsAndKeepsEach()
    {
        var text = new EntryText();
        text.Append("\uD83D");
        text.Append(new string('\uD83D', 100));
        text.Seal();

        Assert.Equal(new string('\uFFFD', 101), text.ToString());
    }

    [Fact]
    [Trait("Row", "S-20b")]
    public void Append_ControlCharacters_AreLeftOutButForTabAndNewline() =>
        Assert.Equal("a\tb\ncd", Of("a\tb\r\nc\0\u0007\u001B\u007F\u009Fd").ToString());

    [Fact]
    public void Seal_Twice_AddsOnce()
    {
        var text = Of("\uD83D");
        text.Seal();

        Assert.Equal("\uFFFD", text.ToString());
    }

    [Fact]
    public void Encoded_CutAtAnyLengthsSeen_IsWholeUtf8AndWholeEntities()
    {
        var random = new Random(20260101);
        for (var run = 0; run < 500; run++)
        {
            var text = new EntryText();
            var cuts = new List<int> { 0 };
            var appended = random.Next(1, 25);
            for (var i = 0; i < appended; i++)
            {
                text.Append(string.Concat(Enumerable.Range(0, random.Next(0, 4)).Select(_ => Pieces[random.Next(Pieces.Length)])));
                cuts.Add(text.EncodedLength);
            }

            text.Seal();
            cuts.Add(text.EncodedLength);

            var parts = new StringBuilder();
            foreach (var (from, to) in cuts.Zip(cuts.Skip(1)))
            {
                parts.Append(Decoded(text.Encoded()[from..to]));
            }

            Assert.Equal(text.ToString(), parts.ToString());
        }
    }

    private static EntryText Of(string text)
    {
        var entry = new EntryText();
        entry.Append(text);
        entry.Seal();
        return entry;
    }

    /// <summary>Strict: bytes that are no whole UTF-8 throw, and half an entity stays as it is and so differs.</summary>
    private static string Decoded(ReadOnlySpan<byte> html) =>
        WebUtility.HtmlDecode(new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(html));
}
