using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;

namespace Pipulate.Rendering;

/// <summary>Renders the fragments for the form of a single page.</summary>
internal static class PanelFragments
{
    /// <summary>Makes an id for a page's next message, so that one that is sent twice is added once.</summary>
    public static string NewMessageId() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(9));

    /// <summary>
    /// Renders the acknowledgement of the message with this id: the page may empty its input, and its next message gets a new id. The
    /// attribute
    /// <c>data-ack</c> distinguishes it from the initial state.
    /// </summary>
    public static byte[] Accepted(string? messageId)
    {
        return Encoding.UTF8.GetBytes(
            $"<input type=\"hidden\" id=\"{PanelIds.MessageId}\" name=\"mid\" value=\"{NewMessageId()}\" "
                + $"data-ack=\"{HtmlEncoder.Default.Encode(messageId ?? "")}\" hx-swap-oob=\"true\">{HintElement("")}");
    }

    /// <summary>
    /// Gets the fragment that removes the conversation from the page. Its mark stays until the page has another conversation, and shows the
    /// script that the visitor has changed.
    /// </summary>
    public static ReadOnlyMemory<byte> Vacated { get; } =
        Encoding.UTF8.GetBytes($"<div id=\"{PanelIds.List}\" hx-swap-oob=\"innerHTML\"><i id=\"{PanelIds.Vacated}\" hidden></i></div>");

    /// <summary>Renders the antiforgery token of the page's current visitor; the previous visitor's is not valid any more.</summary>
    public static byte[] Token(string header, string token) => Encoding.UTF8.GetBytes(
        $"<input type=\"hidden\" id=\"{PanelIds.Token}\" name=\"{HtmlEncoder.Default.Encode(header)}\" "
            + $"value=\"{HtmlEncoder.Default.Encode(token)}\" hx-swap-oob=\"true\">");

    /// <summary>Renders a hint why a message was refused; the message stays in the input.</summary>
    public static byte[] Hint(string text) => Encoding.UTF8.GetBytes(HintElement(HtmlEncoder.Default.Encode(text)));

    private static string HintElement(string encoded) => $"<div id=\"{PanelIds.Hint}\" hx-swap-oob=\"innerHTML\">{encoded}</div>";
}
