using System.Buffers;
using System.Net;
using System.Text.Json;
using Pipulate.Threading;

namespace Pipulate.Models.Ollama;

/// <summary>
/// Stands between the server and OllamaSharp: gives the lines of one answer, each as soon as it has come and in the form that OllamaSharp
/// reads, and throws
/// where OllamaSharp would say nothing (an error line, an end too early, silence) or take what is too much (a line without end).
/// </summary>
/// <remarks>
/// One reader at a time. Disposing it closes the connection unless the answer was read to its end; so does the caller's token, at once.
/// </remarks>
internal sealed class OllamaAnswerStream : Stream
{
    private const long TailBytes = 64 * 1024;
    private static readonly TimeSpan TailPatience = TimeSpan.FromMilliseconds(250);
    private static readonly JsonReaderOptions ManyOnALine = new() { AllowMultipleValues = true };

    private readonly HttpContent _content;
    private readonly LineReader _lines;
    private readonly RearmableTimeout _patience;
    private readonly TimeSpan _firstToken;
    private readonly TimeSpan _idle;
    private readonly Uri _endpoint;
    private readonly CancellationToken _cancellationToken;
    private readonly CancellationTokenRegistration _closing;
    private readonly ArrayBufferWriter<byte> _ready = new(1024);
    private readonly Utf8JsonWriter _json;
    private int _given;
    private bool _first = true;
    private bool _done;
    private Exception? _failure;

    private OllamaAnswerStream(
        HttpContent content,
        Stream body,
        RearmableTimeout patience,
        TimeSpan firstToken,
        TimeSpan idle,
        Uri endpoint,
        CancellationToken cancellationToken)
    {
        (_content, _patience, _firstToken, _idle, _endpoint, _cancellationToken) =
            (content, patience, firstToken, idle, endpoint, cancellationToken);
        _lines = new LineReader(body);
        _json = new Utf8JsonWriter(_ready, new JsonWriterOptions { SkipValidation = true });

        // A consumer that is busy with what came does not read, and would keep the model at work until it does.
        _closing = cancellationToken.UnsafeRegister(static content => ((HttpContent)content!).Dispose(), content);
    }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <summary>Begins to read. The timer of the first token is already running; the stream takes it over.</summary>
    public static async Task<OllamaAnswerStream> StartAsync(
        HttpContent content,
        RearmableTimeout patience,
        TimeSpan firstToken,
        TimeSpan idle,
        Uri endpoint,
        CancellationToken cancellationToken)
        => new(content, await content.ReadAsStreamAsync(cancellationToken), patience, firstToken, idle, endpoint, cancellationToken);

    /// <inheritdoc/>
    /// <remarks>OllamaSharp reads without a token; the caller's own is heeded all the same.</remarks>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (_given == _ready.WrittenCount)
        {
            if (_failure is not null)
            {
                throw _failure;
            }

            if (_done)
            {
                await FinishAsync();
                return 0;
            }

            await NextAsync();
        }

        var count = Math.Min(buffer.Length, _ready.WrittenCount - _given);
        _ready.WrittenSpan.Slice(_given, count).CopyTo(buffer.Span);
        _given += count;
        return count;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
        => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _closing.Dispose();
            _lines.Dispose();
            _content.Dispose();
            _patience.Dispose();
            _json.Dispose();
        }

        base.Dispose(disposing);
    }

    private async ValueTask NextAsync()
    {
        try
        {
            if (!_first)
            {
                _patience.Arm(_idle);
            }

            // The first wait goes on from the sending of the request: its timer is already running.
            var line = await _lines.ReadAsync(_patience.Token);
            _patience.Disarm();
            _ready.ResetWrittenCount();
            _given = 0;
            if (line is { } bytes)
            {
                Take(bytes);
            }
            else
            {
                _failure = new IncompleteAnswerException("The answer ended before the model said that it was done.").WithFailure(
                    ModelFailureFactory.Incomplete(_endpoint));
            }

            _first = false;
        }
        catch (Exception) when (_cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(_cancellationToken);
        }
        catch (OperationCanceledException) when (_patience.HasExpired)
        {
            throw GuardedOllamaApiClient.Silence(_endpoint, _first ? _firstToken : _idle, _first);
        }
        catch (InvalidDataException exception)
        {
            throw exception.WithFailure(OllamaFailureFactory.Garbled(_endpoint));
        }
        catch (IOException exception)
        {
            throw new IncompleteAnswerException("The connection broke in the middle of the answer.", exception)
                .WithFailure(ModelFailureFactory.Incomplete(_endpoint));
        }
    }

    private void Take(ReadOnlySequence<byte> line)
    {
        if (!TryUnframe(ref line))
        {
            return;
        }

        try
        {
            var reader = new Utf8JsonReader(line, ManyOnALine);
            while (!_done && _failure is null && reader.Read())
            {
                using var chunk = WellFormedJson.Read(ref reader);
                Take(chunk.RootElement);
            }
        }
        catch (JsonException exception)
        {
            // What the line says stays out of the message: it may be what a user wrote, and messages get into logs.
            _failure = new InvalidDataException("A line of the answer is not the JSON that Ollama sends.", exception)
                .WithFailure(OllamaFailureFactory.Garbled(_endpoint));
        }
    }

    private void Take(JsonElement chunk)
    {
        if (chunk.ValueKind is not JsonValueKind.Object)
        {
            throw new JsonException("The value is not an object.");
        }

        if (chunk.TryGetProperty("error"u8, out var error) && error.ValueKind is not JsonValueKind.Null)
        {
            _failure = FailureOf(error);
            return;
        }

        _done = (chunk.TryGetProperty("done"u8, out var done) && OllamaShape.IsTrue(done))
            || (chunk.TryGetProperty("done_reason"u8, out var reason)
                && reason.ValueKind is JsonValueKind.String
                && reason.GetString()!.Length > 0);
        _json.Reset();
        OllamaShape.WriteChunk(_json, chunk, _done);
        _json.Flush();
        _ready.Write("\n"u8);
    }

    private OllamaHttpException FailureOf(JsonElement error)
    {
        var text = OllamaErrorText.Read(error) is { Length: > 0 } said ? said : "The server reported an error without a text.";

        // Before 0.12.6 even what is now a status came as a line.
        return text.Contains("maximum pending requests", StringComparison.OrdinalIgnoreCase)
            ? new OllamaHttpException(text, HttpStatusCode.ServiceUnavailable).WithFailure(
                ModelFailureFactory.FromStatus(HttpStatusCode.ServiceUnavailable, null, _endpoint))
            : new OllamaHttpException(text, null).WithFailure(ModelFailureFactory.ServerSaid(_endpoint, text));
    }

    /// <summary>Takes off what may stand before the JSON: a byte order mark, and the frames of server-sent events.</summary>
    /// <returns>Whether there is anything in the line.</returns>
    private static bool TryUnframe(ref ReadOnlySequence<byte> line)
    {
        var reader = new SequenceReader<byte>(line);
        reader.IsNext(OllamaShape.ByteOrderMark, advancePast: true);
        reader.AdvancePastAny((byte)' ', (byte)'\t', (byte)'\r');
        var isData = reader.IsNext("data:"u8, advancePast: true);
        if (isData)
        {
            reader.AdvancePastAny((byte)' ', (byte)'\t', (byte)'\r');
        }

        line = reader.UnreadSequence;
        return !(reader.End || (isData && reader.IsNext("[DONE]"u8))
            || reader.IsNext((byte)':') || reader.IsNext("event:"u8) || reader.IsNext("id:"u8) || reader.IsNext("retry:"u8));
    }

    /// <summary>Reads what follows the last line (only the end of the stream), so that the connection can serve again.</summary>
    private async ValueTask FinishAsync()
    {
        try
        {
            using var moment = CancellationTokenSource.CreateLinkedTokenSource(_cancellationToken);
            moment.CancelAfter(TailPatience);
            await _lines.SkipToEndAsync(TailBytes, moment.Token);
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException or ObjectDisposedException)
        {
            // The answer is complete; the connection is not used again, and that is all.
        }
    }
}
