using System.Buffers;
using Pipulate.Markdown;

namespace Pipulate.Conversations.Entries;

/// <summary>
/// Holds the text of an answer as connections get it. While it grows: the blocks that have ended as HTML, and the tail behind them as
/// encoded text. When it has ended: the whole as HTML. It is rendered when a connection needs it, and once for all of them; each character
/// is read once. Not thread-safe: the conversation's lock guards it.
/// </summary>
internal sealed class MarkdownText(EntryText text)
{
    private ArrayBufferWriter<byte>? _blocks;
    private ArrayBufferWriter<byte>? _tail;
    private ReadOnlyMemory<byte>? _whole;
    private BlockEnds _ends;
    private int _tails;

    // Positions in the text: where the tail begins, how far it is encoded, where the last line begins, how far the text is read.
    private int _tailStart;
    private int _encoded;
    private int _line;
    private int _read;
    private bool _lineBegun;

    /// <summary>
    /// Gets how many times a new tail has begun, so that a connection knows whether it has the current one; 0 while no block has ended.
    /// </summary>
    public int Tails
    {
        get
        {
            CatchUp();
            return _tails;
        }
    }

    /// <summary>Gets the blocks that have ended, as HTML that only grows.</summary>
    public ReadOnlySpan<byte> Blocks
    {
        get
        {
            CatchUp();
            return _blocks is null ? default : _blocks.WrittenSpan;
        }
    }

    /// <summary>Gets the encoded text behind the blocks. It only grows until a block ends.</summary>
    public ReadOnlySpan<byte> Tail
    {
        get
        {
            CatchUp();
            return _tail is null ? default : _tail.WrittenSpan;
        }
    }

    /// <summary>Gets the whole of a text that has ended, as HTML.</summary>
    public ReadOnlySpan<byte> Whole
    {
        get
        {
            if (_whole is null)
            {
                _whole = text.Length == 0 ? default(ReadOnlyMemory<byte>) : MarkdownHtml.Render(text.ToString());
                _blocks = null;
                _tail = null;
            }

            return _whole.Value.Span;
        }
    }

    private void CatchUp()
    {
        var length = text.Length;
        if (_read == length)
        {
            return;
        }

        // A line is read from its beginning until its kind is known, which takes few characters.
        var from = _lineBegun ? _read : _line;
        var characters = ArrayPool<char>.Shared.Rent(length - from);
        text.CopyTo(from, characters.AsSpan(0, length - from));
        Read(characters.AsSpan(0, length - from), from);
        _read = length;
        _tail ??= new ArrayBufferWriter<byte>(256);
        HtmlText.Write(_tail, characters.AsSpan(0, length - from)[^(length - _encoded)..]);
        _encoded = length;
        ArrayPool<char>.Shared.Return(characters);
    }

    private void Read(ReadOnlySpan<char> rest, int at)
    {
        while (!rest.IsEmpty)
        {
            var end = rest.IndexOf('\n');
            if (!_lineBegun && _ends.Begin(end < 0 ? rest : rest[..end], whole: end >= 0) is { } begins)
            {
                _lineBegun = true;
                if (begins)
                {
                    Finish(_line);
                }
            }

            if (end < 0)
            {
                return;
            }

            at += end + 1;
            rest = rest[(end + 1)..];
            _line = at;
            _lineBegun = false;
            if (_ends.End())
            {
                Finish(at);
            }
        }
    }

    private void Finish(int through)
    {
        if (through == _tailStart)
        {
            return;
        }

        var block = text.ToString(_tailStart, through - _tailStart);
        _tailStart = through;
        _encoded = through;

        // Blank lines that no connection has got need no tail of their own.
        var blank = string.IsNullOrWhiteSpace(block);
        if (blank && _tail is null or { WrittenCount: 0 })
        {
            return;
        }

        _tails++;
        _tail?.ResetWrittenCount();
        if (!blank)
        {
            _blocks ??= new ArrayBufferWriter<byte>(1024);
            _blocks.Write(MarkdownHtml.Render(block).Span);
        }
    }
}
