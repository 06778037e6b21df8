using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Unicode;

namespace Pipulate.Conversations;

/// <summary>
/// The text of an entry in both its forms: as it was said, and as the HTML-encoded UTF-8 that pages get.
/// Both only grow, and the bytes are made once for all connections. Not thread-safe: the conversation's lock guards it.
/// </summary>
internal sealed class EntryText
{
    private static readonly HtmlEncoder Encoder = HtmlEncoder.Create(UnicodeRanges.All);

    private readonly StringBuilder _text = new();
    private readonly ArrayBufferWriter<byte> _encoded = new(256);
    private char _halfRune;

    /// <summary>The length of the text in UTF-16 units, without half a rune that still waits for its other half.</summary>
    public int Length => _text.Length;

    public int EncodedLength => _encoded.WrittenCount;

    /// <summary>What stands behind <paramref name="from"/>: any length seen before is a cut between two runes and outside an entity.</summary>
    public ReadOnlySpan<byte> Encoded(int from = 0) => _encoded.WrittenSpan[from..];

    /// <summary>
    /// Adds a piece. Control characters are left out, but for tab and newline (a page cannot show them, a database refuses NUL).
    /// A surrogate pair cut in two by the sender is put together again; one that stays alone becomes U+FFFD.
    /// </summary>
    public void Append(ReadOnlySpan<char> piece)
    {
        // One more than came: a half rune from the piece before may stand in front.
        var characters = ArrayPool<char>.Shared.Rent(piece.Length + 1);
        var length = 0;
        try
        {
            foreach (var character in piece)
            {
                if (_halfRune != 0)
                {
                    var whole = char.IsLowSurrogate(character);
                    characters[length++] = whole ? _halfRune : '\uFFFD';
                    _halfRune = default;
                    if (whole)
                    {
                        characters[length++] = character;
                        continue;
                    }
                }

                if (char.IsHighSurrogate(character))
                {
                    _halfRune = character;
                }
                else if (char.IsLowSurrogate(character))
                {
                    characters[length++] = '\uFFFD';
                }
                else if (character is '\n' or '\t' || !char.IsControl(character))
                {
                    characters[length++] = character;
                }
            }

            Take(characters.AsSpan(0, length));
        }
        finally
        {
            ArrayPool<char>.Shared.Return(characters);
        }
    }

    /// <summary>Forgets everything that was said.</summary>
    public void Clear()
    {
        _halfRune = default;
        _text.Clear();
        _encoded.Clear();
    }

    /// <summary>Nothing more comes: half a rune that still waits is told apart as U+FFFD.</summary>
    public void Seal()
    {
        if (_halfRune != 0)
        {
            _halfRune = default;
            Take("\uFFFD");
        }
    }

    public override string ToString() => _text.ToString();

    private void Take(ReadOnlySpan<char> clean)
    {
        if (clean.IsEmpty)
        {
            return;
        }

        _text.Append(clean);
        var html = ArrayPool<char>.Shared.Rent(clean.Length * Encoder.MaxOutputCharactersPerInputCharacter);
        try
        {
            Encoder.Encode(clean, html, out _, out var written);
            Encoding.UTF8.GetBytes(html.AsSpan(0, written), _encoded);
        }
        finally
        {
            ArrayPool<char>.Shared.Return(html);
        }
    }
}
