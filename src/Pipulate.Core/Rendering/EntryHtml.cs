using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using Pipulate.Conversations;

namespace Pipulate.Rendering;

/// <summary>
/// The element of one entry. Its ids are short, for they stand in every frame: <c>e7</c> is the entry with ordinal 7, <c>e7t</c> its text.
/// Called under the conversation's lock.
/// </summary>
internal static class EntryHtml
{
    /// <summary>The entry as it is on a page.</summary>
    /// <param name="html">What is written to.</param>
    /// <param name="entry">A visible entry.</param>
    /// <param name="replacing">Whether it is to take the place of the element with its id.</param>
    public static void Write(IBufferWriter<byte> html, ConversationEntry entry, bool replacing)
    {
        html.Write("<div id=\"e"u8);
        WriteNumber(html, entry.Ordinal);
        html.Write("\" class=\"chat-entry\" data-role=\""u8);
        html.Write(RoleName(entry.Role));
        html.Write("\" data-state=\""u8);
        html.Write(StateName(entry.State));
        if (entry.Voice is not null)
        {
            html.Write("\" data-voice=\""u8);
            WriteEncoded(html, entry.Voice);
        }

        html.Write(replacing ? "\" hx-swap-oob=\"true\">"u8 : "\">"u8);
        html.Write("<div id=\"e"u8);
        WriteNumber(html, entry.Ordinal);

        // The text is encoded; should ever something else come in, htmx 2 obeys the first attribute and htmx 4 the second.
        html.Write("t\" class=\"chat-text\" hx-disable hx-ignore>"u8);
        html.Write(entry.Text.Encoded());
        html.Write("</div>"u8);
        if (entry.Progress is not null)
        {
            WriteProgress(html, entry);
        }

        if (entry.Reason is not null)
        {
            html.Write("<p class=\"chat-reason\">"u8);
            WriteEncoded(html, entry.Reason);
            html.Write("</p>"u8);
        }

        html.Write("</div>"u8);
    }

    /// <summary>What came behind <paramref name="from"/> bytes of the text, to be added to what is there.</summary>
    public static void WriteGrowth(IBufferWriter<byte> html, ConversationEntry entry, int from)
    {
        html.Write("<div id=\"e"u8);
        WriteNumber(html, entry.Ordinal);
        html.Write("t\" hx-swap-oob=\"beforeend\">"u8);
        html.Write(entry.Text.Encoded(from));
        html.Write("</div>"u8);
    }

    public static void WriteRemoval(IBufferWriter<byte> html, ConversationEntry entry)
    {
        html.Write("<div id=\"e"u8);
        WriteNumber(html, entry.Ordinal);
        html.Write("\" hx-swap-oob=\"delete\"></div>"u8);
    }

    private static void WriteProgress(IBufferWriter<byte> html, ConversationEntry entry)
    {
        var (done, total, text) = entry.Progress!;
        html.Write("<progress aria-labelledby=\"e"u8);
        WriteNumber(html, entry.Ordinal);
        html.Write("t\""u8);

        // Without a value the bar says that something happens, which is true only while it does.
        var known = total > 0 || entry.State is not EntryState.Streaming;
        if (known)
        {
            html.Write(" value=\""u8);
            WriteNumber(html, entry.State is EntryState.Complete ? Math.Max(total, 1) : done);
            html.Write("\" max=\""u8);
            WriteNumber(html, Math.Max(total, 1));
            html.Write("\""u8);
        }

        html.Write("></progress>"u8);
        if (entry.State is EntryState.Streaming && (text is not null || known))
        {
            html.Write("<p class=\"chat-step\">"u8);
            WriteEncoded(html, text ?? string.Create(CultureInfo.InvariantCulture, $"{done}/{total}"));
            html.Write("</p>"u8);
        }
    }

    private static void WriteNumber(IBufferWriter<byte> html, int number)
    {
        number.TryFormat(html.GetSpan(10), out var written, provider: CultureInfo.InvariantCulture);
        html.Advance(written);
    }

    private static void WriteEncoded(IBufferWriter<byte> html, string text) =>
        Encoding.UTF8.GetBytes(HtmlEncoder.Default.Encode(text), html);

    private static ReadOnlySpan<byte> RoleName(EntryRole role) => role switch
    {
        EntryRole.User => "user"u8,
        EntryRole.Assistant => "assistant"u8,
        EntryRole.Progress => "progress"u8,
        _ => "notice"u8,
    };

    private static ReadOnlySpan<byte> StateName(EntryState state) => state switch
    {
        EntryState.Streaming => "streaming"u8,
        EntryState.Complete => "complete"u8,
        EntryState.Stopped => "stopped"u8,
        _ => "failed"u8,
    };
}
