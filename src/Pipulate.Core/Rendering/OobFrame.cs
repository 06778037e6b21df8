using System.Buffers;
using System.Text;

namespace Pipulate.Rendering;

/// <summary>
/// Writes frames in the one form that htmx 2 and htmx 4 read alike (docs/htmx.md): every top-level element has an id and an explicit
/// <c>hx-swap-oob</c>, there is no text between them, and no frame refers to an id that it creates itself.
/// </summary>
internal static class OobFrame
{
    /// <summary>Replaces the content of the element.</summary>
    public static void OpenInner(IBufferWriter<byte> html, string id) => Open(html, id, "\" hx-swap-oob=\"innerHTML\">"u8);

    /// <summary>Appends to the element's content.</summary>
    public static void OpenAppend(IBufferWriter<byte> html, string id) => Open(html, id, "\" hx-swap-oob=\"beforeend\">"u8);

    public static void Close(IBufferWriter<byte> html) => html.Write("</div>"u8);

    private static void Open(IBufferWriter<byte> html, string id, ReadOnlySpan<byte> rest)
    {
        html.Write("<div id=\""u8);
        Encoding.UTF8.GetBytes(id, html);
        html.Write(rest);
    }
}
