using System.Net;
using System.Text;
using System.Text.Json;
using OllamaSharp;
using OllamaSharp.Models;
using OllamaSharp.Models.Chat;
using Pipulate.Threading;

namespace Pipulate.Models.Ollama;

/// <summary>
/// Guards OllamaSharp's client where its messages pass: limits on silence and size, the server's own words in each refusal, and a
/// connection that is closed as soon as an answer is cancelled.
/// </summary>
internal sealed class GuardedOllamaApiClient : OllamaApiClient, IDisposable
{
    private const int ErrorBytes = 64 * 1024;
    private const long AnswerBytes = 16 * 1024 * 1024;
    private static readonly TimeSpan ErrorPatience = TimeSpan.FromSeconds(5);

    private readonly HttpClient _http;
    private readonly TimeSpan _firstToken;
    private readonly TimeSpan _idle;
    private readonly TimeProvider _timeProvider;

    /// <summary>Makes a client for one server.</summary>
    /// <param name="endpoint">The server's address; a name and password in it are sent as Basic credentials.</param>
    /// <param name="handler">The way to the server, not disposed by the client; the default is one of its own.</param>
    /// <param name="firstToken">How long an answer may take to begin.</param>
    /// <param name="idle">How long it may pause.</param>
    /// <param name="timeProvider">The clock of these two.</param>
    public GuardedOllamaApiClient(Uri endpoint, HttpMessageHandler? handler, TimeSpan firstToken, TimeSpan idle, TimeProvider timeProvider)
        : this(NewHttpClient(endpoint, handler), firstToken, idle, timeProvider)
    {
    }

    private GuardedOllamaApiClient(HttpClient http, TimeSpan firstToken, TimeSpan idle, TimeProvider timeProvider)
        : base(http, jsonSerializerContext: OllamaJson.Default)
    {
        (_http, _firstToken, _idle, _timeProvider) = (http, firstToken, idle, timeProvider);
        OllamaJson.ExtendOutgoing(OutgoingJsonSerializerOptions);
        OllamaJson.ExtendIncoming(IncomingJsonSerializerOptions);
    }

    /// <summary>Makes the exception for a model that was silent for too long.</summary>
    public static TimeoutException Silence(Uri endpoint, TimeSpan waited, bool first)
    {
        var trouble = ModelFailureFactory.TimedOut(endpoint, waited, first);
        return new TimeoutException(trouble.Sentence).WithFailure(trouble);
    }

    /// <summary>Closes all connections.</summary>
    public new void Dispose() => _http.Dispose();

    /// <inheritdoc/>
    protected override async Task<HttpResponseMessage> SendToOllamaAsync(
        HttpRequestMessage requestMessage,
        OllamaRequest? ollamaRequest,
        HttpCompletionOption completionOption,
        CancellationToken cancellationToken)
    {
        var patience = new RearmableTimeout(_timeProvider, cancellationToken);
        HttpResponseMessage? response = null;
        try
        {
            if (ollamaRequest is ChatRequest)
            {
                patience.Arm(_firstToken);
            }

            response = await _http.SendAsync(requestMessage, HttpCompletionOption.ResponseHeadersRead, patience.Token);
            if (!response.IsSuccessStatusCode)
            {
                throw Refusal(response.StatusCode, await ErrorTextAsync(response, patience.Token, cancellationToken));
            }

            response.Content = ollamaRequest is ChatRequest
                ? new StreamContent(
                    await OllamaAnswerStream.StartAsync(response.Content, patience, _firstToken, _idle, Uri, cancellationToken))
                : await WholeAsync(
                    response.Content, ollamaRequest is ShowModelRequest ? OllamaShape.Details : OllamaShape.Models, patience.Token);
            var guarded = response;
            (patience, response) = (ollamaRequest is ChatRequest ? null : patience, null);
            return guarded;
        }
        catch (Exception exception)
            when (exception is OperationCanceledException or IOException || (exception is HttpRequestException and not OllamaHttpException))
        {
            throw Explain(exception, patience!, cancellationToken);
        }
        finally
        {
            response?.Dispose();
            patience?.Dispose();
        }
    }

    private static HttpClient NewHttpClient(Uri endpoint, HttpMessageHandler? handler) =>
        new(handler ?? NewHandler(endpoint), disposeHandler: handler is null)
        {
            BaseAddress = OllamaEndpoint.WithoutCredentials(endpoint),
            DefaultRequestHeaders = { Authorization = OllamaEndpoint.CredentialsOf(endpoint) },
            // No header arrives before the first token, so a time limit here would run over loading and queueing. Patience has our own.
            Timeout = Timeout.InfiniteTimeSpan,
        };

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

    /// <summary>Reads a whole answer, and gives it in the form that OllamaSharp reads.</summary>
    private async Task<HttpContent> WholeAsync(HttpContent content, OllamaShape shape, CancellationToken cancellationToken)
    {
        using var owned = content;
        await content.LoadIntoBufferAsync(AnswerBytes, cancellationToken);
        var bytes = await content.ReadAsByteArrayAsync(cancellationToken);
        try
        {
            return new ByteArrayContent(shape.Normalize(bytes));
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException($"The server at {ModelServer.Display(Uri)} sent something that is not JSON.", exception)
                .WithFailure(OllamaFailureFactory.NotOllama(Uri, "no JSON"));
        }
    }

    private Exception Explain(Exception exception, RearmableTimeout patience, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (patience.HasExpired)
        {
            return Silence(Uri, _firstToken, first: true);
        }

        return exception switch
        {
            // The handler reports its own ConnectTimeout as a cancellation that was not requested.
            OperationCanceledException => new HttpRequestException(
                HttpRequestError.ConnectionError,
                $"No connection to {ModelServer.Display(Uri)} within five seconds.",
                exception).WithFailure(ModelFailureFactory.Unreachable(Uri)),
            HttpRequestException or HttpIOException =>
                exception.WithFailure(ModelFailureFactory.Classify(exception, Uri, CancellationToken.None)),
            _ => exception.WithFailure(ModelFailureFactory.Incomplete(Uri)),
        };
    }

    private OllamaHttpException Refusal(HttpStatusCode status, string text)
    {
        var number = (int)status;
        var display = ModelServer.Display(Uri);
        var trouble = status switch
        {
            HttpStatusCode.NotFound or HttpStatusCode.MethodNotAllowed when !text.Contains("model", StringComparison.OrdinalIgnoreCase) =>
                OllamaFailureFactory.NotOllama(Uri, FormattableString.Invariant($"HTTP {number}")),
            HttpStatusCode.Forbidden when text.Length == 0 => new ModelFailure(ModelFailureKind.BadRequest,
                $"Ollama at {display} refuses this host name (HTTP 403). Call it by an address it knows, or let the "
                    + "proxy send the Host header \"localhost\"."),
            HttpStatusCode.Unauthorized when text.Contains("unauthorized", StringComparison.OrdinalIgnoreCase) =>
                new ModelFailure(ModelFailureKind.BadRequest,
                $"Ollama at {display} may not use this model without an account. Run: ollama signin"),
            _ when number is >= 300 and < 400 =>
                OllamaFailureFactory.NotOllama(Uri, FormattableString.Invariant($"HTTP {number}, a redirect")),
            _ => ModelFailureFactory.FromStatus(status, text, Uri),
        };
        var message = text.Length > 0 ? text : FormattableString.Invariant($"HTTP {number} ({status}) without a text.");
        return new OllamaHttpException(message, status).WithFailure(trouble);
    }

    private static async Task<string> ErrorTextAsync(
        HttpResponseMessage response, CancellationToken patience, CancellationToken cancellationToken)
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
        catch (Exception exception) when (exception is OperationCanceledException or IOException or HttpRequestException)
        {
            // The status is what counts; its text is a help that did not come.
            cancellationToken.ThrowIfCancellationRequested();
        }

        // The page of a proxy has nothing to say to a person.
        var text = OllamaErrorText.Read(Encoding.UTF8.GetString(buffer, 0, count));
        return text.StartsWith('<') ? "" : text;
    }
}
