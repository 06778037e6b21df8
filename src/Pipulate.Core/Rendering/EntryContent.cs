using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using Pipulate.Conversations.Entries;
using Pipulate.Localization;
using Pipulate.Rendering;

namespace Pipulate;

/// <summary>
/// One entry for an <see cref="IEntryRenderer"/>: what it is, and the parts that can be written. Valid during
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
    /// Gets the place in the conversation, from 1.
    /// </summary>
    public int Ordinal => _entry.Ordinal;

    /// <summary>
    /// Gets who speaks.
    /// </summary>
    public EntryRole Role => _entry.Role;

    /// <summary>
    /// Gets whether it is still written, or how it ended.
    /// </summary>
    public EntryState State => _entry.State;

    /// <summary>
    /// Gets when it began.
    /// </summary>
    public DateTimeOffset At => _entry.CreatedAt;

    /// <summary>
    /// Gets who spoke where it was not the model, such as <c>demo</c>; otherwise <see langword="null"/>.
    /// </summary>
    public string? Voice => _entry.AuthorName;

    /// <summary>
    /// Gets why it was stopped or failed, or <see langword="null"/>.
    /// </summary>
    public string? Reason => _entry.Reason;

    /// <summary>
    /// Gets the text so far, as it was said: not encoded. It grows on the page by itself where <see cref="WriteText"/> put it.
    /// </summary>
    public string Text => _entry.Text.ToString();

    internal bool HasText { get; private set; }

    /// <summary>
    /// Writes HTML of your own.
    /// </summary>
    /// <param name="html">The HTML, as it is: encode in it what you did not write yourself, or use <see cref="Write"/>.</param>
    /// <remarks>Ids in it are not changed when the text grows; elements with <c>hx-swap-oob</c> have no place here.</remarks>
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
    /// Writes the element that holds the text and grows with it. Called once; an entry whose renderer leaves it out gets it at its end.
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
    /// Writes what the model thought before it spoke, folded; nothing where it showed nothing.
    /// </summary>
    public void WriteThoughts() => EntryHtml.WriteReasoning(_html, _entry, _words);

    /// <summary>
    /// Writes the bar and the step of an entry that shows progress; nothing for others.
    /// </summary>
    public void WriteProgress() => EntryHtml.WriteProgress(_html, _entry);

    /// <summary>
    /// Writes what the answer waits for, or why it ended; nothing where there is nothing to say.
    /// </summary>
    public void WriteState() => EntryHtml.WriteState(_html, _entry);

    /// <summary>
    /// Writes the buttons Copy and Regenerate or Retry, as far as they fit the entry.
    /// </summary>
    public void WriteActions() => EntryHtml.WriteActions(_html, _entry, _words);
}
