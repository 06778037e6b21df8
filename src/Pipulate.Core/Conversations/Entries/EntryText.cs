using System.Buffers;
using System.Text;
using Pipulate.Markdown;

namespace Pipulate.Conversations.Entries;

/// <summary>
/// The text of an entry in both its forms: as it was said, and as the HTML-encoded UTF-8 that pages get.
/// Both only grow. The bytes are made when a page first asks for them, and once for all pages, so what is told to the model only costs
/// none. Not thread-safe: the conversation's lock guards it.
/// </summary>
internal sealed class EntryText
{
    /// <summary>Nearly every text; one with another character is looked at more closely.</summary>
    private static readonly SearchValues<char> Plain =
        SearchValues.Create([.. Enumerable.Range(0, char.MaxValue + 1).Select(code => (char)code).Where(IsPlain)]);

    /// <summary>The text as it came, while it is nothing but that.</summary>
    private string? _whole;
    private StringBuilder? _grown;
    private ArrayBufferWriter<byte>? _encoded;
    private int _encodedThrough;
    private char _halfRune;

    /// <summary>The length of the text in UTF-16 units, without half a rune that still waits for its other half.</summary>
    public int Length => _grown?.Length ?? _whole?.Length ?? 0;

    public int EncodedLength => Encode().WrittenCount;

    /// <summary>
    /// What stands behind <paramref name="from"/>: any length seen before is a cut between two runes and outside an entity.
    /// </summary>
    public ReadOnlySpan<byte> Encoded(int from = 0) => Encode().WrittenSpan[from..];

    /// <summary>Takes a text that is all there is to say.</summary>
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

    /// <summary>Forgets everything that was said.</summary>
    public void Clear()
    {
        _halfRune = default;
        _whole = null;
        _grown = null;
        _encoded = null;
        _encodedThrough = 0;
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

    /// <summary>What stands behind <paramref name="from"/>.</summary>
    public string ToString(int from) => _grown?.ToString(from, _grown.Length - from) ?? _whole?[from..] ?? "";

    public override string ToString() => _grown?.ToString() ?? _whole ?? "";

    public string ToString(int from, int length) => _grown?.ToString(from, length) ?? _whole!.Substring(from, length);

    /// <summary>Copies as many characters from there on as fit.</summary>
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
