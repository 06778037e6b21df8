using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;

namespace Pipulate.Rendering;

/// <summary>What one page alone is told about its form.</summary>
internal static class PanelFragments
{
    /// <summary>An id that a page gives its next message, so that one sent twice is heard once.</summary>
    public static string NewMessageId() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(9));

    /// <summary>
    /// The message with this id is in the conversation: the page may empty its input, and its next message has a new id. By <c>data-ack</c>
    /// the page tells this from a first state.
    /// </summary>
    public static byte[] Accepted(string? messageId)
    {
        return Encoding.UTF8.GetBytes(
            $"<input type=\"hidden\" id=\"{PanelIds.MessageId}\" name=\"mid\" value=\"{NewMessageId()}\" data-ack=\"{HtmlEncoder.Default.Encode(messageId ?? "")}\" hx-swap-oob=\"true\">{HintElement("")}");
    }

    /// <summary>
    /// Takes the conversation off the page. The mark is there until the page has another one: by it the script knows that the visitor has
    /// changed.
    /// </summary>
    public static ReadOnlyMemory<byte> Vacated { get; } =
        Encoding.UTF8.GetBytes($"<div id=\"{PanelIds.List}\" hx-swap-oob=\"innerHTML\"><i id=\"{PanelIds.Vacated}\" hidden></i></div>");

    /// <summary>Writes the antiforgery token of the page's current visitor; the previous visitor's is not valid any more.</summary>
    public static byte[] Token(string header, string token) => Encoding.UTF8.GetBytes(
        $"<input type=\"hidden\" id=\"{PanelIds.Token}\" name=\"{HtmlEncoder.Default.Encode(header)}\" value=\"{HtmlEncoder.Default.Encode(token)}\" hx-swap-oob=\"true\">");

    /// <summary>The message was not taken; it stays in the input.</summary>
    public static byte[] Hint(string text) => Encoding.UTF8.GetBytes(HintElement(HtmlEncoder.Default.Encode(text)));

    private static string HintElement(string encoded) => $"<div id=\"{PanelIds.Hint}\" hx-swap-oob=\"innerHTML\">{encoded}</div>";
}
