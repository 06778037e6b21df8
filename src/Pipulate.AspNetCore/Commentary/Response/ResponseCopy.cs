using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Pipulate.Commentary.Response;

/// <summary>
/// Copies the beginning of a response while it passes, for a template that names <c>{response}</c>. Nothing is held back: each write and
/// flush reaches the client as it would without. Used by one request at a time.
/// </summary>
internal sealed class ResponseCopy : IHttpResponseBodyFeature
{
    private readonly HttpResponse _response;
    private readonly IHttpResponseBodyFeature _inner;
    private readonly ArrayBufferWriter<byte> _copied = new();
    private readonly int _maxBytes;
    private bool? _isText;
    private CopyingWriter? _writer;
    private CopyingStream? _stream;

    private ResponseCopy(HttpResponse response, IHttpResponseBodyFeature inner, int maxBytes)
    {
        _response = response;
        _inner = inner;
        _maxBytes = maxBytes;
    }

    /// <summary>Begins to copy the response of a request.</summary>
    /// <param name="context">The request.</param>
    /// <param name="maxBytes">How much of it is copied at most.</param>
    public static ResponseCopy Begin(HttpContext context, int maxBytes)
    {
        var inner = context.Features.GetRequiredFeature<IHttpResponseBodyFeature>();
        var copy = new ResponseCopy(context.Response, inner, maxBytes);
        context.Features.Set<IHttpResponseBodyFeature>(copy);
        return copy;
    }

    public Stream Stream => _stream ??= new CopyingStream(this, _inner.Stream);

    public PipeWriter Writer => _writer ??= new CopyingWriter(this, _inner.Writer);

    /// <summary>Ends the copying and gives back what stood in its place.</summary>
    /// <returns>The text that a reader of the response sees; null where it is not text, or is compressed.</returns>
    public string? End(HttpContext context)
    {
        context.Features.Set(_inner);
        return _copied.WrittenCount > 0 ? FragmentText.Of(_copied.WrittenSpan, IsHtml()) : null;
    }

    public void DisableBuffering() => _inner.DisableBuffering();

    public Task StartAsync(CancellationToken cancellationToken = default)
    {
        _isText ??= IsText();
        return _inner.StartAsync(cancellationToken);
    }

    /// <summary>Sends a file as the server does it, without a copy: what a fragment says does not stand in a file.</summary>
    public Task SendFileAsync(string path, long offset, long? count, CancellationToken cancellationToken = default) =>
        _inner.SendFileAsync(path, offset, count, cancellationToken);

    public Task CompleteAsync() => _inner.CompleteAsync();

    private void Copy(ReadOnlySpan<byte> bytes)
    {
        // Decided as the response begins here: middleware outside may compress it afterwards, and then says so in a header.
        _isText ??= bytes.Length > 0 ? IsText() : null;
        var room = _maxBytes - _copied.WrittenCount;
        if (room > 0 && _isText is true)
        {
            _copied.Write(bytes[..Math.Min(room, bytes.Length)]);
        }
    }

    private bool IsText() =>
        _response.Headers.ContentEncoding.Count == 0
        && (IsHtml() || _response.ContentType?.StartsWith("text/plain", StringComparison.OrdinalIgnoreCase) is true);

    private bool IsHtml() => _response.ContentType?.StartsWith("text/html", StringComparison.OrdinalIgnoreCase) is true;

    private sealed class CopyingWriter(ResponseCopy copy, PipeWriter inner) : PipeWriter
    {
        private Memory<byte> _given;

        public override bool CanGetUnflushedBytes => inner.CanGetUnflushedBytes;

        public override long UnflushedBytes => inner.UnflushedBytes;

        public override Memory<byte> GetMemory(int sizeHint = 0) => _given = inner.GetMemory(sizeHint);

        public override Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

        public override void Advance(int bytes)
        {
            copy.Copy(_given.Span[..bytes]);
            _given = _given[bytes..];
            inner.Advance(bytes);
        }

        public override ValueTask<FlushResult> WriteAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken = default)
        {
            copy.Copy(source.Span);
            return inner.WriteAsync(source, cancellationToken);
        }

        public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) =>
            inner.FlushAsync(cancellationToken);

        public override void CancelPendingFlush() => inner.CancelPendingFlush();

        public override void Complete(Exception? exception = null) => inner.Complete(exception);

        public override ValueTask CompleteAsync(Exception? exception = null) => inner.CompleteAsync(exception);
    }

    private sealed class CopyingStream(ResponseCopy copy, Stream inner) : Stream
    {
        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => inner.Length;

        public override long Position { get => inner.Position; set => inner.Position = value; }

        public override void Flush() => inner.Flush();

        public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count)
        {
            copy.Copy(buffer.AsSpan(offset, count));
            inner.Write(buffer, offset, count);
        }

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            copy.Copy(buffer);
            inner.Write(buffer);
        }

        public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
        {
            copy.Copy(buffer.AsSpan(offset, count));
            return inner.WriteAsync(buffer, offset, count, cancellationToken);
        }

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            copy.Copy(buffer.Span);
            return inner.WriteAsync(buffer, cancellationToken);
        }
    }
}
