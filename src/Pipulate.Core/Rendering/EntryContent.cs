using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using Pipulate.Conversations.Entries;
using Pipulate.Localization;
using Pipulate.Rendering;

namespace Pipulate;

/// <summary>
/// Represents one entry for an <see cref="IEntryRenderer"/>: its data, and its parts that can be written. Valid during
/// <see cref="IEntryRenderer.Render"/> only.
/// </summary>
public sealed class EntryContent
{
    private readonly IBufferWriter<byte> _html;
    private readonly ConversationEntry _entry;
    private readonly PanelTexts _words;

    internal EntryContent(IBufferWriter<byte> html, ConversationEntry entry, PanelTexts words) =>
        (_html, _entry, _words) = (html, entry, words);

    /// <summary>
    /// Gets the position in the conversation, from 1.
    /// </summary>
    public int Ordinal => _entry.Ordinal;

    /// <summary>
    /// Gets the author's role.
    /// </summary>
    public EntryRole Role => _entry.Role;

    /// <summary>
    /// Gets the state: still being written, or how it ended.
    /// </summary>
    public EntryState State => _entry.State;

    /// <summary>
    /// Gets when the entry was created.
    /// </summary>
    public DateTimeOffset At => _entry.CreatedAt;

    /// <summary>
    /// Gets the author's name where it was not the model, such as <c>demo</c>; otherwise <see langword="null"/>.
    /// </summary>
    public string? Voice => _entry.AuthorName;

    /// <summary>
    /// Gets the reason why it was stopped or failed, or <see langword="null"/>.
    /// </summary>
    public string? Reason => _entry.Reason;

    /// <summary>
    /// Gets the text so far, not encoded. On the page it grows by itself where <see cref="WriteText"/> wrote it.
    /// </summary>
    public string Text => _entry.Text.ToString();

    internal bool HasText { get; private set; }

    /// <summary>
    /// Writes HTML of your own.
    /// </summary>
    /// <param name="html">
    /// The HTML, written as it is: encode everything in it that you did not write yourself, or use <see cref="Write"/>.
    /// </param>
    /// <remarks>Elements in it are not updated when the text grows; do not use elements with <c>hx-swap-oob</c>.</remarks>
    public void WriteHtml(string html)
    {
        ArgumentNullException.ThrowIfNull(html);
        Encoding.UTF8.GetBytes(html, _html);
    }

    /// <summary>
    /// Writes text, encoded.
    /// </summary>
    /// <param name="text">The text.</param>
    public void Write(string? text) => Encoding.UTF8.GetBytes(HtmlEncoder.Default.Encode(text ?? ""), _html);

    /// <summary>
    /// Writes the element that holds the text and grows with it. Call it once; if a renderer leaves it out, it is added at the entry's end.
    /// </summary>
    /// <exception cref="InvalidOperationException">It has been written already.</exception>
    public void WriteText()
    {
        if (HasText)
        {
            throw new InvalidOperationException("The text of an entry can be written once: it has one id, by which it grows.");
        }

        HasText = true;
        EntryHtml.WriteText(_html, _entry, _words);
    }

    /// <summary>
    /// Writes the model's reasoning before the reply, collapsed; nothing where there is none.
    /// </summary>
    public void WriteThoughts() => EntryHtml.WriteReasoning(_html, _entry, _words);

    /// <summary>
    /// Writes the bar and the step of an entry that shows progress; nothing for others.
    /// </summary>
    public void WriteProgress() => EntryHtml.WriteProgress(_html, _entry);

    /// <summary>
    /// Writes what the reply waits for, or why it ended; nothing where neither applies.
    /// </summary>
    public void WriteState() => EntryHtml.WriteState(_html, _entry);

    /// <summary>
    /// Writes the buttons Copy and Regenerate or Retry, if they apply to the entry.
    /// </summary>
    public void WriteActions() => EntryHtml.WriteActions(_html, _entry, _words);
}
