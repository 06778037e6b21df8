using System.Buffers;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging.Abstractions;
using Pipulate.Conversations.Entries;
using Pipulate.Localization;
using Pipulate.Rendering;

namespace Pipulate.Tests.Rendering;

public sealed partial class CustomEntryRendererTests
{
    private readonly ArrayBufferWriter<byte> _html = new();

    private string Html => Encoding.UTF8.GetString(_html.WrittenSpan);

    [Fact]
    public void Renderer_WritesItsPartsInItsOrder_InsideTheSameElement()
    {
        Write(entry =>
        {
            entry.WriteHtml("<b>");
            entry.Write("1 < 2");
            entry.WriteHtml("</b>");
            entry.WriteState();
            entry.WriteText();
        });

        Assert.Equal(
            "<div id=\"e7\" class=\"chat-entry\" data-role=\"assistant\" data-state=\"stopped\" role=\"article\" aria-label=\"Assistant\">"
            + "<b>1 &lt; 2</b><p class=\"chat-reason\">Enough.</p><div id=\"e7t\" class=\"chat-text\" dir=\"auto\" hx-disable hx-ignore>a &amp; b</div></div>",
            Html);
    }

    [Fact]
    public void Renderer_ThatLeavesTheTextOut_HasItAtTheEndForItToGrow()
    {
        Write(entry => entry.WriteHtml("<hr>"));

        Assert.Contains("<hr><div id=\"e7t\"", Html, StringComparison.Ordinal);
    }

    [Fact]
    public void Renderer_ThatThrowsHalfway_LeavesTheEntryAsIfThereWereNone()
    {
        Write(entry =>
        {
            entry.WriteHtml("<table>");
            throw new FormatException();
        });
        var failed = Html;
        _html.Clear();
        EntryHtml.Write(_html, Entry(), PanelTexts.English, null, replacing: false);

        // Two entries, of two ids.
        Assert.Equal(Id().Replace(Html, ""), Id().Replace(failed, ""));
    }

    [Fact]
    public void Renderer_ThatWritesTheTextTwice_IsToldSo()
    {
        Exception? told = null;
        Write(entry =>
        {
            entry.WriteText();
            told = Record.Exception(entry.WriteText);
        });

        Assert.IsType<InvalidOperationException>(told);
        Assert.Single(Html.Split("e7t").Skip(1));
    }

    [Fact]
    public void Content_OfAnEntry_IsWhatTheEntryHas()
    {
        Write(entry =>
        {
            Assert.Equal(
                (7, EntryRole.Assistant, EntryState.Stopped, "Enough.", "a & b"),
                (entry.Ordinal, entry.Role, entry.State, entry.Reason, entry.Text));
            Assert.Equal((DateTimeOffset.UnixEpoch, "demo"), (entry.At, entry.Voice));
            entry.WriteHtml("seen");
        }, voice: "demo");

        Assert.Contains("seen", Html, StringComparison.Ordinal);
    }

    [GeneratedRegex("[0-9a-f]{32}")]
    private static partial Regex Id();

    private void Write(Action<EntryContent> render, string? voice = null) =>
        EntryHtml.Write(
            _html,
            Entry(voice),
            PanelTexts.English,
            new CustomEntryRenderer(new Renderer(render), NullLogger<CustomEntryRenderer>.Instance),
            replacing: false);

    private static ConversationEntry Entry(string? voice = null)
    {
        var entry = new ConversationEntry(
            7, EntryRole.Assistant, EntryState.Stopped, DateTimeOffset.UnixEpoch)
        { Reason = "Enough.", AuthorName = voice };
        entry.Text.Set("a & b");
        return entry;
    }

    private sealed class Renderer(Action<EntryContent> render) : IEntryRenderer
    {
        public void Render(EntryContent entry) => render(entry);
    }
}
