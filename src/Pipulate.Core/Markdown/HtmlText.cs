using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Unicode;

namespace Pipulate.Markdown;

/// <summary>Encodes the texts of users and of the model for a page. It is the only way in which they get into HTML.</summary>
internal static class HtmlText
{
    private static readonly HtmlEncoder Encoder = HtmlEncoder.Create(UnicodeRanges.All);

    /// <summary>Encodes a text so that it may stand between tags and in a quoted attribute. It ends with a whole rune.</summary>
    public static void Write(IBufferWriter<byte> html, ReadOnlySpan<char> text)
    {
        var encoded = ArrayPool<char>.Shared.Rent(text.Length * Encoder.MaxOutputCharactersPerInputCharacter);
        Encoder.Encode(text, encoded, out _, out var written);
        Encoding.UTF8.GetBytes(encoded.AsSpan(0, written), html);
        ArrayPool<char>.Shared.Return(encoded);
    }
}
