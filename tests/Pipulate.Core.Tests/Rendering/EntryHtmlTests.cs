using System.Buffers;
using System.Text;
using Pipulate.Conversations.Entries;
using Pipulate.Localization;
using Pipulate.Rendering;

namespace Pipulate.Tests.Rendering;

public class EntryHtmlTests
{
    private readonly ArrayBufferWriter<byte> _html = new();

    private string Html => Encoding.UTF8.GetString(_html.WrittenSpan);

    [Fact]
    public void Write_Entry_HasItsRoleStateAndText()
    {
        EntryHtml.Write(_html, Entry(EntryRole.User, EntryState.Complete, "<b> & \""), PanelTexts.English, null, replacing: false);

        Assert.Equal(
            "<div id=\"e7\" class=\"chat-entry\" data-role=\"user\" data-state=\"complete\" role=\"article\" aria-label=\"You\">" +
            "<div id=\"e7t\" class=\"chat-text\" dir=\"auto\" hx-disable hx-ignore>&lt;b&gt; &amp; &quot;</div></div>",
            Html);
    }

    [Fact]
    public void Write_Replacing_NamesTheSwap()
    {
        EntryHtml.Write(_html, Entry(EntryRole.Assistant, EntryState.Stopped, "x"), PanelTexts.English, null, replacing: true);

        Assert.StartsWith(
            "<div id=\"e7\" class=\"chat-entry\" data-role=\"assistant\" data-state=\"stopped\" role=\"article\" aria-label=\"Assistant\" hx-swap-oob=\"true\">",
            Html,
            StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Row", "S-35")]
    public void Write_VoiceAndReason_AreEncoded()
    {
        var entry = Entry(EntryRole.Assistant, EntryState.Failed, "x");
        entry.AuthorName = "a\"b";
        entry.Reason = "<i>";
        EntryHtml.Write(_html, entry, PanelTexts.English, null, replacing: false);

        Assert.Contains(" data-voice=\"a&quot;b\"", Html, StringComparison.Ordinal);
        Assert.Contains("<span class=\"chat-voice\">a&quot;b voice</span>", Html, StringComparison.Ordinal);
        Assert.Contains("<p class=\"chat-reason\">&lt;i&gt;</p>", Html, StringComparison.Ordinal);
    }

    [Fact]
    public void WriteGrowth_FromALengthSeen_HasOnlyWhatCameBehind()
    {
        var entry = Entry(EntryRole.Assistant, EntryState.Streaming, "a<");
        var from = TextPosition.Of(entry);
        entry.Text.Append(" b");
        EntryHtml.WriteGrowth(_html, entry, from, thought: 0, PanelTexts.English);

        Assert.Equal("<div id=\"e7t\" hx-swap-oob=\"beforeend\"> b</div>", Html);
    }

    [Fact]
    public void WriteGrowth_OfThoughtsAndText_HasBothInTheirPlaces()
    {
        var entry = Entry(EntryRole.Assistant, EntryState.Streaming, "a");
        entry.Reasoning = new EntryText();
        entry.Reasoning.Append("h<mm");
        EntryHtml.WriteGrowth(_html, entry, said: default, thought: 1, PanelTexts.English);

        Assert.Equal("<div id=\"e7r\" hx-swap-oob=\"beforeend\">&lt;mm</div><div id=\"e7t\" hx-swap-oob=\"beforeend\">a</div>", Html);
    }

    [Fact]
    public void Write_Thoughts_AreFoldedAndNoPartOfTheText()
    {
        var entry = Entry(EntryRole.Assistant, EntryState.Complete, "said");
        entry.Reasoning = new EntryText();
        entry.Reasoning.Append("<thought>");
        EntryHtml.Write(_html, entry, PanelTexts.English, null, replacing: false);

        Assert.Contains(
            "<details class=\"chat-thinking\"><summary>Thinking</summary><div id=\"e7r\" class=\"chat-thoughts\" dir=\"auto\" hx-disable hx-ignore>&lt;thought&gt;</div></details>",
            Html,
            StringComparison.Ordinal);
        Assert.Contains(" hx-disable hx-ignore>said</div>", Html, StringComparison.Ordinal);
    }

    [Fact]
    public void Write_Waiting_IsSaidUntilThereIsAWord()
    {
        var entry = new ConversationEntry(7, EntryRole.Assistant, EntryState.Streaming, default) { IsQueued = true };
        entry.Waiting = "Place <2>";
        EntryHtml.Write(_html, entry, PanelTexts.English, null, replacing: false);
        Assert.Contains("data-state=\"queued\"", Html, StringComparison.Ordinal);
        Assert.Contains("<p class=\"chat-waiting\">Place &lt;2&gt;</p>", Html, StringComparison.Ordinal);

        _html.ResetWrittenCount();
        entry.Text.Append("x");
        EntryHtml.Write(_html, entry, PanelTexts.English, null, replacing: true);
        Assert.DoesNotContain("chat-waiting", Html, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(EntryRole.Assistant, EntryState.Streaming, "x", 3, "")]
    [InlineData(EntryRole.Assistant, EntryState.Complete, "x", null, "Copy")]
    [InlineData(EntryRole.Assistant, EntryState.Complete, "x", 3, "Copy Regenerate=again 7")]
    [InlineData(EntryRole.Assistant, EntryState.Stopped, "x", 3, "Copy Retry=again 7")]
    [InlineData(EntryRole.Assistant, EntryState.Failed, "", 3, "Retry=again 7")]
    [InlineData(EntryRole.Notice, EntryState.Complete, "x", 3, "Retry=again 7")]
    [InlineData(EntryRole.Notice, EntryState.Complete, "x", null, "")]
    [InlineData(EntryRole.User, EntryState.Complete, "x", null, "")]
    public void Write_Buttons_AreThoseThatTheEntryAllows(object role, object state, string text, int? answeredBefore, string buttons)
    {
        var entry = Entry((EntryRole)role, (EntryState)state, text);
        entry.RepliedThrough = answeredBefore;
        EntryHtml.Write(_html, entry, PanelTexts.English, null, replacing: false);

        var page = new AngleSharp.Html.Parser.HtmlParser().ParseDocument(Html);
        Assert.Equal(buttons, string.Join(' ', page.QuerySelectorAll("button").Select(button => button.TextContent + (button.GetAttribute(
            "value") is { } value ? $"={value.Replace(entry.Id.ToString("N"), "7", StringComparison.Ordinal)}" : ""))));
        Assert.All(page.QuerySelectorAll("button[value]"), button => Assert.Equal("chat-command", button.GetAttribute("form")));
    }

    [Fact]
    public void WriteRemoval_Always_DeletesTheWholeEntry()
    {
        EntryHtml.WriteRemoval(_html, Entry(EntryRole.Assistant, EntryState.Stopped, ""));

        Assert.Equal("<div id=\"e7\" hx-swap-oob=\"delete\"></div>", Html);
    }

    [Theory]
    [InlineData(3, 5, null, " value=\"3\" max=\"5\"></progress><p class=\"chat-step\">3/5</p>")]
    [InlineData(3, 5, "<step>", " value=\"3\" max=\"5\"></progress><p class=\"chat-step\">&lt;step&gt;</p>")]
    [InlineData(0, 0, null, "></progress></div>")]
    [InlineData(0, 0, "Looking", "></progress><p class=\"chat-step\">Looking</p>")]
    public void Write_ProgressThatGoesOn_HasABarAndTheStep(int done, int total, string? text, string expected)
    {
        var entry = Entry(EntryRole.Progress, EntryState.Streaming, "Importing");
        entry.Progress = new Progress(done, total, text);
        EntryHtml.Write(_html, entry, PanelTexts.English, null, replacing: false);

        Assert.Contains("data-role=\"progress\"", Html, StringComparison.Ordinal);
        Assert.Contains($">Importing</div><progress aria-labelledby=\"e7t\"{expected}", Html, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(EntryState.Complete, 3, 5, " value=\"5\" max=\"5\"></progress>")]
    [InlineData(EntryState.Complete, 0, 0, " value=\"1\" max=\"1\"></progress>")]
    [InlineData(EntryState.Failed, 3, 5, " value=\"3\" max=\"5\"></progress>")]
    [InlineData(EntryState.Stopped, 0, 0, " value=\"0\" max=\"1\"></progress>")]
    internal void Write_ProgressThatHasEnded_StandsStill(EntryState state, int done, int total, string expected)
    {
        var entry = Entry(EntryRole.Progress, state, "Importing");
        entry.Progress = new Progress(done, total, "step");
        entry.Reason = "The end.";
        EntryHtml.Write(_html, entry, PanelTexts.English, null, replacing: false);

        Assert.Contains(expected + "<p class=\"chat-reason\">The end.</p>", Html, StringComparison.Ordinal);
    }

    private static ConversationEntry Entry(EntryRole role, EntryState state, string text)
    {
        var entry = new ConversationEntry(7, role, state, default);
        entry.Text.Append(text);
        return entry;
    }
}
