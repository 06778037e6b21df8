using System.Buffers;
using System.Text.Json;

namespace Pipulate.Models;

/// <summary>The lines of one streamed answer, with the timers round each wait. Disposing it closes the connection unless the answer was read to its end.</summary>
internal sealed class OllamaLines : IDisposable
{
    private const long TailBytes = 64 * 1024;
    private static readonly TimeSpan TailPatience = TimeSpan.FromMilliseconds(250);

    private readonly HttpResponseMessage _response;
    private readonly LineReader _lines;
    private readonly Patience _patience;
    private readonly TimeSpan _idle;
    private readonly Uri _endpoint;
    private readonly CancellationToken _cancellationToken;
    private readonly TimeSpan _firstToken;
    private bool _first = true;

    private OllamaLines(HttpResponseMessage response, Stream stream, Patience patience, TimeSpan firstToken, TimeSpan idle, Uri endpoint, CancellationToken cancellationToken)
    {
        (_response, _patience, _firstToken, _idle, _endpoint, _cancellationToken) = (response, patience, firstToken, idle, endpoint, cancellationToken);
        _lines = new LineReader(stream);
    }

    public static async Task<OllamaLines> StartAsync(
        HttpResponseMessage response, Patience patience, TimeSpan firstToken, TimeSpan idle, Uri endpoint, CancellationToken cancellationToken)
        => new(response, await response.Content.ReadAsStreamAsync(cancellationToken), patience, firstToken, idle, endpoint, cancellationToken);

    public static TimeoutException Silence(Uri endpoint, TimeSpan waited, bool first)
    {
        var trouble = ModelFailures.TimedOut(endpoint, waited, first);
        return new TimeoutException(trouble.Sentence).WithTrouble(trouble);
    }

    /// <summary>Reads the next line; null when the stream has ended, done or not.</summary>
    public async ValueTask<OllamaChunk?> ReadAsync()
    {
        try
        {
            if (!_first)
            {
                _patience.Arm(_idle);
            }

            // The first wait goes on from the sending of the request: its timer is already running.
            var line = await _lines.ReadAsync(_patience.Token);
            return line is { } bytes ? Parse(bytes) : null;
        }
        catch (Exception) when (_cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(_cancellationToken);
        }
        catch (OperationCanceledException) when (_patience.RanOut)
        {
            throw Silence(_endpoint, _first ? _firstToken : _idle, _first);
        }
        catch (Exception problem) when (problem is JsonException or InvalidDataException)
        {
            // What the line says stays out of the message: it may be what a user wrote, and messages get into logs.
            throw new InvalidDataException(problem is InvalidDataException ? problem.Message : "A line of the answer is not the JSON that Ollama sends.", problem)
                .WithTrouble(ModelFailures.Garbled(_endpoint));
        }
        catch (IOException problem)
        {
            throw new IncompleteAnswerException("The connection broke in the middle of the answer.", problem)
                .WithTrouble(ModelFailures.Incomplete(_endpoint));
        }
        finally
        {
            _patience.Rest();
            _first = false;
        }
    }

    /// <summary>Reads what follows the last line (only the end of the stream), so that the connection can serve again.</summary>
    public async ValueTask FinishAsync()
    {
        try
        {
            using var moment = CancellationTokenSource.CreateLinkedTokenSource(_cancellationToken);
            moment.CancelAfter(TailPatience);
            await _lines.SkipToEndAsync(TailBytes, moment.Token);
        }
        catch (Exception problem) when (problem is OperationCanceledException or IOException)
        {
            // The answer is complete; the connection is not used again, and that is all.
        }
    }

    public void Dispose()
    {
        _lines.Dispose();
        _response.Dispose();
        _patience.Dispose();
    }

    private static OllamaChunk Parse(ReadOnlySequence<byte> line)
    {
        var reader = new Utf8JsonReader(line);
        var chunk = JsonSerializer.Deserialize(ref reader, OllamaJson.Default.OllamaChunk) ?? throw new JsonException("The line is null.");
        return reader.Read() ? throw new JsonException("Something follows the object.") : chunk;
    }
}
