using System.Buffers;
using System.IO.Pipelines;

namespace Pipulate.Models.Ollama;

/// <summary>
/// Reads a stream line by line and never holds more than one line of <see cref="MaximumLength"/> bytes, whatever the other side sends.
/// </summary>
internal sealed class LineReader(Stream stream) : IDisposable
{
    public const int MaximumLength = 1024 * 1024;

    private readonly PipeReader _reader = PipeReader.Create(stream, new StreamPipeReaderOptions(leaveOpen: true));
    private ReadOnlySequence<byte> _buffer;
    private SequencePosition _next;
    private bool _holding;

    /// <summary>Reads the next line that is not blank; null at the end. The bytes are valid until the next call.</summary>
    /// <exception cref="InvalidDataException">A line is longer than <see cref="MaximumLength"/>.</exception>
    public async ValueTask<ReadOnlySequence<byte>?> ReadAsync(CancellationToken cancellationToken)
    {
        Release();
        var searched = 0L;
        while (true)
        {
            var result = await _reader.ReadAsync(cancellationToken);
            _buffer = result.Buffer;
            var feed = _buffer.Slice(searched).PositionOf((byte)'\n');
            var line = feed is { } position ? _buffer.Slice(0, position) : _buffer;
            if (line.Length > MaximumLength)
            {
                _reader.AdvanceTo(_buffer.Start, _buffer.End);
                throw new InvalidDataException($"A line of the answer is longer than {MaximumLength} bytes.");
            }

            if (feed is null && !result.IsCompleted)
            {
                searched = _buffer.Length;
                _reader.AdvanceTo(_buffer.Start, _buffer.End);
                continue;
            }

            _next = feed is { } end ? _buffer.GetPosition(1, end) : _buffer.End;
            _holding = true;
            if (!IsBlank(line))
            {
                return line;
            }

            Release();
            if (feed is null)
            {
                return null;
            }

            searched = 0;
        }
    }

    /// <summary>Reads on to the end of the stream, without looking; gives up after <paramref name="limit"/> bytes.</summary>
    public async ValueTask SkipToEndAsync(long limit, CancellationToken cancellationToken)
    {
        Release();
        while (limit > 0)
        {
            var result = await _reader.ReadAsync(cancellationToken);
            limit -= result.Buffer.Length;
            _reader.AdvanceTo(result.Buffer.End);
            if (result.IsCompleted)
            {
                return;
            }
        }
    }

    public void Dispose() => _reader.Complete();

    private void Release()
    {
        if (_holding)
        {
            _holding = false;
            _reader.AdvanceTo(_next);
        }
    }

    private static bool IsBlank(ReadOnlySequence<byte> line)
    {
        foreach (var part in line)
        {
            if (part.Span.ContainsAnyExcept(" \t\r\n"u8))
            {
                return false;
            }
        }

        return true;
    }
}
