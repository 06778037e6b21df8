using System.Buffers;
using System.Text;
using Pipulate.Markdown;

namespace Pipulate.Conversations.Entries;

/// <summary>
/// Holds the text of an entry in two forms: as it was written, and as the HTML-encoded UTF-8 that is sent to connections. Both only grow.
/// The text is encoded when a connection first needs it, and once for all of them, so an entry that only the model gets is never encoded.
/// Not thread-safe: the conversation's lock guards it.
/// </summary>
internal sealed class EntryText
{
    /// <summary>Holds the characters that need no cleaning. Nearly every text has no others, and is taken as it is.</summary>
    private static readonly SearchValues<char> Plain =
        SearchValues.Create([.. Enumerable.Range(0, char.MaxValue + 1).Select(code => (char)code).Where(IsPlain)]);

    /// <summary>Holds the text while it is one string; <see cref="_grown"/> replaces it when a piece is added.</summary>
    private string? _whole;
    private StringBuilder? _grown;
    private ArrayBufferWriter<byte>? _encoded;
    private int _encodedThrough;
    private char _halfRune;

    /// <summary>Gets the length of the text in UTF-16 units, without a high surrogate that still waits for its low one.</summary>
    public int Length => _grown?.Length ?? _whole?.Length ?? 0;

    public int EncodedLength => Encode().WrittenCount;

    /// <summary>
    /// Gets the encoded text from <paramref name="from"/> on. An earlier <see cref="EncodedLength"/> never splits a rune or an entity.
    /// </summary>
    public ReadOnlySpan<byte> Encoded(int from = 0) => Encode().WrittenSpan[from..];

    /// <summary>Sets the whole text of an entry that does not grow.</summary>
    public void Set(string text)
    {
        if (!text.AsSpan().ContainsAnyExcept(Plain))
        {
            _whole = text;
            return;
        }

        Append(text);
        Seal();
    }

    /// <summary>
    /// Appends a piece. Control characters other than tab and newline are left out: a page cannot show them, and databases refuse NUL.
    /// A surrogate pair that the sender has split is joined again; a lone surrogate becomes U+FFFD.
    /// </summary>
    public void Append(ReadOnlySpan<char> piece)
    {
        // One more than the piece: a high surrogate of the piece before may come first.
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
                else if (IsPlain(character))
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

    /// <summary>Clears the text.</summary>
    public void Clear()
    {
        _halfRune = default;
        _whole = null;
        _grown = null;
        _encoded = null;
        _encodedThrough = 0;
    }

    /// <summary>Ends the text: a high surrogate that still waits becomes U+FFFD.</summary>
    public void Seal()
    {
        if (_halfRune != 0)
        {
            _halfRune = default;
            Take("\uFFFD");
        }
    }

    /// <summary>Gets the text from <paramref name="from"/> on.</summary>
    public string ToString(int from) => _grown?.ToString(from, _grown.Length - from) ?? _whole?[from..] ?? "";

    public override string ToString() => _grown?.ToString() ?? _whole ?? "";

    public string ToString(int from, int length) => _grown?.ToString(from, length) ?? _whole!.Substring(from, length);

    /// <summary>Copies the text from <paramref name="from"/> on, as much as fits.</summary>
    public void CopyTo(int from, Span<char> characters)
    {
        if (_grown is not null)
        {
            _grown.CopyTo(from, characters, characters.Length);
        }
        else
        {
            _whole.AsSpan(from, characters.Length).CopyTo(characters);
        }
    }

    private static bool IsPlain(char character) => character is '\n' or '\t' || !(char.IsControl(character) || char.IsSurrogate(character));

    private void Take(ReadOnlySpan<char> clean)
    {
        if (clean.IsEmpty)
        {
            return;
        }

        _grown ??= new StringBuilder(_whole);
        _grown.Append(clean);
    }

    private ArrayBufferWriter<byte> Encode()
    {
        _encoded ??= new ArrayBufferWriter<byte>(256);
        if (_encodedThrough == Length)
        {
            return _encoded;
        }

        if (_grown is null)
        {
            Encode(_whole);
            return _encoded;
        }

        var rest = _grown.Length - _encodedThrough;
        var characters = ArrayPool<char>.Shared.Rent(rest);
        _grown.CopyTo(_encodedThrough, characters, rest);
        Encode(characters.AsSpan(0, rest));
        ArrayPool<char>.Shared.Return(characters);
        return _encoded;
    }

    private void Encode(ReadOnlySpan<char> rest)
    {
        HtmlText.Write(_encoded!, rest);
        _encodedThrough = Length;
    }
}
