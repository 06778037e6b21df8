using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Pipulate.Models;

/// <summary>Speaks HTTP with one Ollama server and turns every failure into an exception that carries its <see cref="ModelTrouble"/>.</summary>
internal sealed class OllamaTransport : IDisposable
{
    private const int ErrorBytes = 64 * 1024;
    private const long AnswerBytes = 16 * 1024 * 1024;
    private static readonly TimeSpan ErrorPatience = TimeSpan.FromSeconds(5);

    private readonly HttpClient _http;
    private readonly TimeProvider _timeProvider;

    public OllamaTransport(Uri endpoint, HttpMessageHandler? handler, TimeProvider timeProvider)
    {
        Endpoint = endpoint;
        _timeProvider = timeProvider;
        _http = new HttpClient(handler ?? NewHandler(endpoint), disposeHandler: handler is null)
        {
            BaseAddress = endpoint,
            // No header arrives before the first token, so a time limit here would run over loading and queueing. Patience has our own.
            Timeout = Timeout.InfiniteTimeSpan,
            MaxResponseContentBufferSize = AnswerBytes,
        };
    }

    public Uri Endpoint { get; }

    public Task<T> GetAsync<T>(string path, JsonTypeInfo<T> type, TimeSpan patience, CancellationToken cancellationToken)
        => AskAsync(new HttpRequestMessage(HttpMethod.Get, path), type, patience, cancellationToken);

    public Task<T> PostAsync<T>(string path, ReadOnlyMemory<byte> body, JsonTypeInfo<T> type, TimeSpan patience, CancellationToken cancellationToken)
        => AskAsync(new HttpRequestMessage(HttpMethod.Post, path) { Content = Json(body) }, type, patience, cancellationToken);

    /// <summary>Posts and gives the answer's lines as they come.</summary>
    public async Task<OllamaLines> OpenAsync(string path, ReadOnlyMemory<byte> body, TimeSpan firstToken, TimeSpan idle, CancellationToken cancellationToken)
    {
        var patience = new Patience(_timeProvider, cancellationToken);
        HttpResponseMessage? response = null;
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = Json(body) };
            patience.Arm(firstToken);
            response = await SendAsync(request, patience, firstToken, cancellationToken);
            var lines = await OllamaLines.StartAsync(response, patience, firstToken, idle, Endpoint, cancellationToken);
            (patience, response) = (null, null);
            return lines;
        }
        finally
        {
            response?.Dispose();
            patience?.Dispose();
        }
    }

    public void Dispose() => _http.Dispose();

    private static SocketsHttpHandler NewHandler(Uri endpoint) => new()
    {
        AllowAutoRedirect = false,
        ConnectTimeout = TimeSpan.FromSeconds(5),
        PooledConnectionLifetime = TimeSpan.FromMinutes(15),
        // Giving up an answer must close the connection now: that is what stops the generation, and the model has few places.
        ResponseDrainTimeout = TimeSpan.Zero,
        // HTTP_PROXY in the environment would otherwise catch a call to this very machine.
        UseProxy = !endpoint.IsLoopback,
    };

    private static ReadOnlyMemoryContent Json(ReadOnlyMemory<byte> body)
        => new(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };

    private async Task<T> AskAsync<T>(HttpRequestMessage request, JsonTypeInfo<T> type, TimeSpan time, CancellationToken cancellationToken)
    {
        using var owned = request;
        using var patience = new Patience(_timeProvider, cancellationToken);
        patience.Arm(time);
        using var response = await SendAsync(request, patience, time, cancellationToken);
        try
        {
            await response.Content.LoadIntoBufferAsync(AnswerBytes, patience.Token);
            var bytes = await response.Content.ReadAsByteArrayAsync(patience.Token);
            return JsonSerializer.Deserialize(bytes, type) ?? throw new JsonException("The answer is null.");
        }
        catch (JsonException problem)
        {
            throw new InvalidDataException($"The server at {OllamaEndpoint.Display(Endpoint)} sent something that is not JSON.", problem)
                .WithTrouble(ModelFailures.NotOllama(Endpoint, "no JSON"));
        }
        catch (Exception problem) when (problem is OperationCanceledException or IOException or HttpRequestException)
        {
            throw Explain(problem, patience, time, cancellationToken);
        }
    }

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, Patience patience, TimeSpan time, CancellationToken cancellationToken)
    {
        HttpResponseMessage response;
        try
        {
            response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, patience.Token);
        }
        catch (Exception problem) when (problem is OperationCanceledException or HttpRequestException or IOException)
        {
            throw Explain(problem, patience, time, cancellationToken);
        }

        if (response.IsSuccessStatusCode)
        {
            return response;
        }

        using (response)
        {
            throw Refusal(response.StatusCode, await ErrorTextAsync(response, patience.Token, cancellationToken));
        }
    }

    private Exception Explain(Exception problem, Patience patience, TimeSpan time, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (patience.RanOut)
        {
            return OllamaLines.Silence(Endpoint, time, first: true);
        }

        var display = OllamaEndpoint.Display(Endpoint);
        return problem switch
        {
            // The handler reports its own ConnectTimeout as a cancellation that nobody asked for.
            OperationCanceledException => new HttpRequestException(HttpRequestError.ConnectionError, $"No connection to {display} within five seconds.", problem)
                .WithTrouble(ModelFailures.Unreachable(Endpoint)),
            HttpRequestException or HttpIOException => problem.WithTrouble(ModelFailures.Classify(problem, Endpoint, CancellationToken.None)),
            _ => problem.WithTrouble(ModelFailures.Incomplete(Endpoint)),
        };
    }

    private OllamaHttpException Refusal(HttpStatusCode status, string text)
    {
        var number = (int)status;
        var display = OllamaEndpoint.Display(Endpoint);
        var trouble = status switch
        {
            HttpStatusCode.NotFound or HttpStatusCode.MethodNotAllowed when !text.Contains("model", StringComparison.OrdinalIgnoreCase) =>
                ModelFailures.NotOllama(Endpoint, FormattableString.Invariant($"HTTP {number}")),
            HttpStatusCode.Forbidden when text.Length == 0 => new ModelTrouble(ModelFailureKind.BadRequest,
                $"Ollama at {display} refuses this host name (HTTP 403). Call it by an address it knows, or let the proxy send the Host header \"localhost\"."),
            HttpStatusCode.Unauthorized => new ModelTrouble(ModelFailureKind.BadRequest,
                $"Ollama at {display} may not use this model without an account. Run: ollama signin"),
            _ when number is >= 300 and < 400 => ModelFailures.NotOllama(Endpoint, FormattableString.Invariant($"HTTP {number}, a redirect")),
            _ => ModelFailures.FromStatus(status, text, Endpoint),
        };
        var message = text.Length > 0 ? text : FormattableString.Invariant($"HTTP {number} ({status}) without a text.");
        return new OllamaHttpException(message, status).WithTrouble(trouble);
    }

    private static async Task<string> ErrorTextAsync(HttpResponseMessage response, CancellationToken patience, CancellationToken cancellationToken)
    {
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(patience);
        limited.CancelAfter(ErrorPatience);
        var buffer = new byte[ErrorBytes];
        var count = 0;
        try
        {
            using var stream = await response.Content.ReadAsStreamAsync(limited.Token);
            count = await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, limited.Token);
        }
        catch (Exception problem) when (problem is OperationCanceledException or IOException or HttpRequestException)
        {
            // The status is what counts; its text is a help that did not come.
            cancellationToken.ThrowIfCancellationRequested();
        }

        return OllamaErrorText.Read(Encoding.UTF8.GetString(buffer, 0, count));
    }
}
