using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using Pipulate.Conversations.Entries;
using Pipulate.Localization;
using Pipulate.Markdown;

namespace Pipulate.Rendering;

/// <summary>
/// Renders the element of one entry. Its ids are short because they are in every frame: <c>e7</c> is the entry with ordinal 7, <c>e7t</c>
/// its text, <c>e7r</c> the reasoning before it. The text of a reply has two elements as soon as a block of it has ended: <c>e7b</c> for
/// the
/// blocks, <c>e7u</c> for the unfinished rest. Called under the conversation's lock.
/// </summary>
internal static class EntryHtml
{
    /// <summary>Renders the whole entry.</summary>
    /// <param name="html">The output.</param>
    /// <param name="entry">A visible entry.</param>
    /// <param name="texts">The texts of the panel in the language of the conversation.</param>
    /// <param name="renderer">The renderer of the application, which writes the entry's content; null where it has none.</param>
    /// <param name="replacing">Whether it replaces the element with its id.</param>
    public static void Write(
        IBufferWriter<byte> html, ConversationEntry entry, PanelTexts texts, CustomEntryRenderer? renderer, bool replacing)
    {
        html.Write("<div id=\"e"u8);
        WriteNumber(html, entry.Ordinal);
        html.Write("\" class=\"chat-entry\" data-role=\""u8);
        html.Write(RoleName(entry.Role));
        html.Write("\" data-state=\""u8);
        html.Write(StateName(entry));
        if (entry.AuthorName is not null)
        {
            html.Write("\" data-voice=\""u8);
            WriteEncoded(html, entry.AuthorName);
        }

        // Each entry is an article with its author, so that screen readers announce it as an item.
        html.Write("\" role=\"article\" aria-label=\""u8);
        html.Write(texts.Html(AuthorOf(entry.Role)));
        html.Write(replacing ? "\" hx-swap-oob=\"true\">"u8 : "\">"u8);
        if (renderer is null || !renderer.TryWrite(html, entry, texts))
        {
            WriteReasoning(html, entry, texts);
            WriteText(html, entry, texts);
            WriteProgress(html, entry);
            WriteState(html, entry);
            WriteActions(html, entry, texts);
        }

        html.Write("</div>"u8);
    }

    public static void WriteReasoning(IBufferWriter<byte> html, ConversationEntry entry, PanelTexts words)
    {
        if (entry.Reasoning is null)
        {
            return;
        }

        html.Write("<details class=\"chat-thinking\"><summary>"u8);
        html.Write(words.Html(TextKey.Thinking));
        html.Write("</summary><div id=\"e"u8);
        WriteNumber(html, entry.Ordinal);
        html.Write("r\" class=\"chat-thoughts\" dir=\"auto\" hx-disable hx-ignore>"u8);
        html.Write(entry.Reasoning.Encoded());
        html.Write("</div></details>"u8);
    }

    public static void WriteText(IBufferWriter<byte> html, ConversationEntry entry, PanelTexts words)
    {
        html.Write("<div id=\"e"u8);
        WriteNumber(html, entry.Ordinal);

        // The text is encoded or made of harmless tags. If anything else got in, these attributes would disable it: htmx 2 obeys the first,
        // htmx 4 the second.
        html.Write("t\" class=\"chat-text\" dir=\"auto\" hx-disable hx-ignore>"u8);
        WriteInside(html, entry, words);
        html.Write("</div>"u8);
    }

    /// <summary>Renders what the entry waits for, or why it ended.</summary>
    public static void WriteState(IBufferWriter<byte> html, ConversationEntry entry)
    {
        if (entry is { IsOpen: true, Text.Length: 0, Reasoning: null, Waiting: { } waiting })
        {
            html.Write("<p class=\"chat-waiting\">"u8);
            WriteEncoded(html, waiting);
            html.Write("</p>"u8);
        }

        if (entry.Reason is not null)
        {
            html.Write("<p class=\"chat-reason\">"u8);
            WriteEncoded(html, entry.Reason);
            html.Write("</p>"u8);
        }
    }

    /// <summary>Renders what was added to the text and the reasoning after the positions that a page has.</summary>
    public static void WriteGrowth(IBufferWriter<byte> html, ConversationEntry entry, TextPosition said, int thought, PanelTexts words)
    {
        if (entry.Reasoning is { } thoughts && thoughts.EncodedLength > thought)
        {
            WriteGrowth(html, entry, "r\" hx-swap-oob=\"beforeend\">"u8, thoughts.Encoded(thought));
        }

        if (entry.Markdown is { } markdown)
        {
            WriteGrowth(html, entry, markdown, said, words);
        }
        else if (entry.Text.EncodedLength > said.Tail)
        {
            WriteGrowth(html, entry, "t\" hx-swap-oob=\"beforeend\">"u8, entry.Text.Encoded(said.Tail));
        }
    }

    private static void WriteGrowth(
        IBufferWriter<byte> html, ConversationEntry entry, MarkdownText markdown, TextPosition said, PanelTexts words)
    {
        if (markdown.Tails == said.Tails)
        {
            if (markdown.Tail.Length > said.Tail)
            {
                WriteGrowth(
                    html,
                    entry,
                    said.Tails == 0 ? "t\" hx-swap-oob=\"beforeend\">"u8 : "u\" hx-swap-oob=\"beforeend\">"u8,
                    markdown.Tail[said.Tail..]);
            }
        }
        else if (said.Tails == 0)
        {
            Open(html, entry, "t\" hx-swap-oob=\"innerHTML\">"u8);
            WriteInside(html, entry, words);
            html.Write("</div>"u8);
        }
        else
        {
            // A block may be invisible, such as a link reference definition.
            if (markdown.Blocks.Length > said.Blocks)
            {
                Open(html, entry, "b\" hx-swap-oob=\"beforeend\">"u8);
                WriteRendered(html, markdown.Blocks[said.Blocks..], words);
                html.Write("</div>"u8);
            }

            WriteGrowth(html, entry, "u\" hx-swap-oob=\"innerHTML\">"u8, markdown.Tail);
        }
    }

    private static void WriteGrowth(IBufferWriter<byte> html, ConversationEntry entry, ReadOnlySpan<byte> where, ReadOnlySpan<byte> growth)
    {
        Open(html, entry, where);
        html.Write(growth);
        html.Write("</div>"u8);
    }

    private static void WriteInside(IBufferWriter<byte> html, ConversationEntry entry, PanelTexts words)
    {
        if (entry.Markdown is not { } markdown)
        {
            html.Write(entry.Text.Encoded());
        }
        else if (!entry.IsOpen)
        {
            WriteRendered(html, markdown.Whole, words);
        }
        else if (markdown.Tails == 0)
        {
            html.Write(markdown.Tail);
        }
        else
        {
            Open(html, entry, "b\" class=\"chat-blocks\">"u8);
            WriteRendered(html, markdown.Blocks, words);
            html.Write("</div><span id=\"e"u8);
            WriteNumber(html, entry.Ordinal);
            html.Write("u\">"u8);
            html.Write(markdown.Tail);
            html.Write("</span>"u8);
        }
    }

    /// <summary>Writes blocks that were rendered once for all pages, and puts the panel's texts into them.</summary>
    private static void WriteRendered(IBufferWriter<byte> html, ReadOnlySpan<byte> rendered, PanelTexts words)
    {
        for (var label = rendered.IndexOf(MarkdownHtml.CopyLabel); label >= 0; label = rendered.IndexOf(MarkdownHtml.CopyLabel))
        {
            html.Write(rendered[..label]);
            html.Write(words.Html(TextKey.CopyCode));
            rendered = rendered[(label + 1)..];
        }

        html.Write(rendered);
    }

    private static void Open(IBufferWriter<byte> html, ConversationEntry entry, ReadOnlySpan<byte> rest)
    {
        html.Write("<div id=\"e"u8);
        WriteNumber(html, entry.Ordinal);
        html.Write(rest);
    }

    /// <summary>
    /// Renders the entry's buttons. The row exists while the reply is still written, so that the layout does not move when they appear. The
    /// buttons are outside the form that they belong to, and need no htmx attributes.
    /// </summary>
    public static void WriteActions(IBufferWriter<byte> html, ConversationEntry entry, PanelTexts words)
    {
        if (entry.Role is not EntryRole.Assistant && !entry.CanRegenerate)
        {
            return;
        }

        html.Write("<div class=\"chat-actions\">"u8);
        if (entry.AuthorName is not null)
        {
            html.Write("<span class=\"chat-voice\">"u8);
            WriteEncoded(html, words.Format(TextKey.Voice, entry.AuthorName));
            html.Write("</span>"u8);
        }

        if (!entry.IsOpen)
        {
            if (entry is { Role: EntryRole.Assistant, Text.Length: > 0 })
            {
                html.Write("<button type=\"button\" data-chat-copy=\""u8);
                WriteId(html, entry.Id);
                html.Write("\">"u8);
                html.Write(words.Html(TextKey.Copy));
                html.Write("</button>"u8);
            }

            if (entry.CanRegenerate)
            {
                html.Write("<button form=\"chat-command\" class=\"chat-again\" value=\"again "u8);
                WriteId(html, entry.Id);
                html.Write("\">"u8);
                html.Write(
                    words.Html(entry is { State: EntryState.Complete, Role: EntryRole.Assistant } ? TextKey.Regenerate : TextKey.Retry));
                html.Write("</button>"u8);
            }
        }

        html.Write("</div>"u8);
    }

    public static void WriteRemoval(IBufferWriter<byte> html, ConversationEntry entry)
    {
        html.Write("<div id=\"e"u8);
        WriteNumber(html, entry.Ordinal);
        html.Write("\" hx-swap-oob=\"delete\"></div>"u8);
    }

    public static void WriteProgress(IBufferWriter<byte> html, ConversationEntry entry)
    {
        if (entry.Progress is not var (done, total, text))
        {
            return;
        }

        html.Write("<progress aria-labelledby=\"e"u8);
        WriteNumber(html, entry.Ordinal);
        html.Write("t\""u8);

        // Without a value the bar shows activity, which is right only while there is any.
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

    /// <summary>Writes the entry's id, which is the same on all nodes, while ordinals may differ.</summary>
    private static void WriteId(IBufferWriter<byte> html, Guid id)
    {
        id.TryFormat(html.GetSpan(32), out var written, "N");
        html.Advance(written);
    }

    private static void WriteEncoded(IBufferWriter<byte> html, string text) =>
        Encoding.UTF8.GetBytes(HtmlEncoder.Default.Encode(text), html);

    private static TextKey AuthorOf(EntryRole role) => role switch
    {
        EntryRole.User => TextKey.You,
        EntryRole.Assistant => TextKey.Assistant,
        _ => TextKey.Notice,
    };

    private static ReadOnlySpan<byte> RoleName(EntryRole role) => role switch
    {
        EntryRole.User => "user"u8,
        EntryRole.Assistant => "assistant"u8,
        EntryRole.Progress => "progress"u8,
        _ => "notice"u8,
    };

    private static ReadOnlySpan<byte> StateName(ConversationEntry entry) => entry.State switch
    {
        EntryState.Streaming => entry.IsQueued ? "queued"u8 : "streaming"u8,
        EntryState.Complete => "complete"u8,
        EntryState.Stopped => "stopped"u8,
        _ => "failed"u8,
    };
}
