using System.Net;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using OllamaSharp;
using OllamaSharp.Models.Chat;
using Pipulate.Models;
using Pipulate.Models.Ollama;

namespace Pipulate;

/// <summary>Sends requests to the model of an Ollama server, through OllamaSharp.</summary>
/// <remarks>
/// <para>Safe for concurrent use; one instance serves a whole application. Nothing is sent before the first call.</para>
/// <para>
/// OllamaSharp carries the requests and the answers. What is added: a model is chosen where none is named; tool calls keep their ids, and
/// their results their types;
/// a stream that breaks throws; a call that is cancelled closes its connection at once, which is what stops the generation.
/// <see cref="ChatOptions.AdditionalProperties"/> are
/// read by Ollama's names (<c>num_ctx</c>, <c>think</c>, <c>keep_alive</c>, …). A prompt that the model has no room for is refused by
/// servers from 0.12.6 on (status 400), and not
/// cut there in silence, unless the additional property or option <c>truncate</c> is <see langword="true"/>.
/// </para>
/// </remarks>
public sealed partial class OllamaChatClient : IChatClient
{
    private static readonly TimeSpan DefaultFirstToken = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan DefaultIdle = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan ListPatience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan NamesPatience = TimeSpan.FromSeconds(2);

    private readonly OllamaOptions _options;
    private readonly IOllamaApiClient _api;
    private readonly GuardedOllamaApiClient? _own;
    private readonly OllamaInquiry _server;
    private readonly OllamaModelDirectory _directory;
    private readonly OllamaModelProbe _probe;
    private readonly ILogger _logger;

    /// <summary>Makes a client for the server at <paramref name="endpoint"/>.</summary>
    /// <param name="endpoint">The address of the server, such as <c>http://127.0.0.1:11434</c>.</param>
    /// <param name="model">The name of the model; <see langword="null"/> takes the best one installed.</param>
    /// <exception cref="ArgumentNullException"><paramref name="endpoint"/> is <see langword="null"/>.</exception>
    public OllamaChatClient(Uri endpoint, string? model = null)
        : this(new OllamaOptions { Endpoint = endpoint ?? throw new ArgumentNullException(nameof(endpoint)), Model = model })
    {
    }

    /// <summary>Makes a client from its options.</summary>
    /// <param name="options">Where the server is, which model replies, and how.</param>
    /// <param name="firstToken">
    /// How long to wait for the first sign of an answer, loading and queueing included; the default is ten minutes.
    /// </param>
    /// <param name="idle">How long the model may be silent between two pieces of an answer; the default is 30 seconds.</param>
    /// <param name="timeProvider">The clock of these two; the default is the system's.</param>
    /// <param name="handler">
    /// The way to the server, not disposed by the client; the default is a <see cref="SocketsHttpHandler"/> of its own that follows no
    /// redirects and uses no proxy to this machine.
    /// </param>
    /// <param name="logger">Where the choice of a model and the measures of answers are logged; never what was said.</param>
    /// <exception cref="ArgumentNullException"><paramref name="options"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentOutOfRangeException">
    /// A waiting time is not positive (<see cref="Timeout.InfiniteTimeSpan"/> is allowed).
    /// </exception>
    public OllamaChatClient(
        OllamaOptions options,
        TimeSpan? firstToken = null,
        TimeSpan? idle = null,
        TimeProvider? timeProvider = null,
        HttpMessageHandler? handler = null,
        ILogger<OllamaChatClient>? logger = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        var endpoint = OllamaEndpoint.Resolve(options.Endpoint, Environment.GetEnvironmentVariable(OllamaEndpoint.Variable));
        timeProvider ??= TimeProvider.System;
        _api = _own = new GuardedOllamaApiClient(
            endpoint,
            handler,
            Waiting(firstToken ?? DefaultFirstToken, nameof(firstToken)),
            Waiting(idle ?? DefaultIdle, nameof(idle)),
            timeProvider);
        (_options, _logger, _server, _directory, _probe) = Parts(_api, options, timeProvider, logger);
    }

    /// <summary>Creates a client that sends through an OllamaSharp client of the application's own.</summary>
    /// <param name="client">The client that carries every request. It is not disposed.</param>
    /// <param name="options">
    /// Which model replies, and how; the default is the client's selected model, or else the best one installed.
    /// <see cref="OllamaOptions.Endpoint"/> has no effect.
    /// </param>
    /// <param name="timeProvider">The clock of the time limits on questions about models; the default is the system's.</param>
    /// <param name="logger">Where the choice of a model and the measures of answers are logged; never what was said.</param>
    /// <exception cref="ArgumentNullException"><paramref name="client"/> is <see langword="null"/>.</exception>
    /// <remarks>
    /// The client's own <see cref="HttpClient"/> decides on time limits and on the size of what it reads. OllamaSharp has no property for
    /// <c>truncate</c> and for the id of the
    /// call that a tool's result answers, so these are not sent.
    /// </remarks>
    public OllamaChatClient(
        IOllamaApiClient client, OllamaOptions? options = null, TimeProvider? timeProvider = null, ILogger<OllamaChatClient>? logger = null)
    {
        ArgumentNullException.ThrowIfNull(client);
        _api = client;
        (_options, _logger, _server, _directory, _probe) =
            Parts(client, options ?? new OllamaOptions(), timeProvider ?? TimeProvider.System, logger);
    }

    private string? Wanted => string.IsNullOrWhiteSpace(_options.Model) && _own is null ? _api.SelectedModel : _options.Model;

    /// <inheritdoc/>
    /// <remarks>Gathers the stream, so that the limits on silence hold here too.</remarks>
    public Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
        => GetStreamingResponseAsync(messages, options, cancellationToken).ToChatResponseAsync(cancellationToken);

    /// <inheritdoc/>
    /// <exception cref="OllamaHttpException">
    /// The server refused, or reported an error in the middle of the answer; a model that is not installed has status 404.
    /// </exception>
    /// <exception cref="HttpRequestException">The server cannot be reached.</exception>
    /// <exception cref="InvalidOperationException">No model is named and no chat model is installed.</exception>
    /// <exception cref="TimeoutException">The model was silent for too long.</exception>
    /// <exception cref="IOException">The answer broke off; what came of it has been given before.</exception>
    /// <exception cref="InvalidDataException">What the server sent is not what Ollama sends, or a line is longer than 1 MiB.</exception>
    /// <exception cref="OperationCanceledException">The call was cancelled; the connection is closed.</exception>
    public IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(messages);
        return StreamAsync([.. messages], options, cancellationToken);
    }

    /// <inheritdoc/>
    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is not null ? null
            : serviceType == typeof(ChatClientMetadata)
                ? new ChatClientMetadata("ollama", _server.Endpoint, string.IsNullOrWhiteSpace(Wanted) ? _directory.Chosen : Wanted)
            : serviceType == typeof(IModelProbe) ? _probe
            : serviceType.IsInstanceOfType(this) ? this
            : _own is null && serviceType.IsInstanceOfType(_api) ? _api
            : null;
    }

    /// <inheritdoc/>
    public void Dispose() => _own?.Dispose();

    private static TimeSpan Waiting(TimeSpan time, string name)
        => time > TimeSpan.Zero || time == Timeout.InfiniteTimeSpan
            ? time
            : throw new ArgumentOutOfRangeException(name, time, "A waiting time is positive.");

    private (OllamaOptions, ILogger, OllamaInquiry, OllamaModelDirectory, OllamaModelProbe) Parts(
        IOllamaApiClient api, OllamaOptions options, TimeProvider timeProvider, ILogger? logger)
    {
        var server = new OllamaInquiry(api, timeProvider);
        var directory = new OllamaModelDirectory(server, options, logger ?? NullLogger.Instance);
        return (options, logger
            ?? NullLogger.Instance, server, directory, new OllamaModelProbe(server, directory, () => Wanted, options, timeProvider));
    }

    private async IAsyncEnumerable<ChatResponseUpdate> StreamAsync(
        IReadOnlyList<ChatMessage> messages, ChatOptions? options, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (lines, model) = await OpenAsync(messages, options, cancellationToken);
        await using var owned = lines.ConfigureAwait(false);
        var updates = new OllamaResponseMapper(model);
        var done = false;
        do
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (lines.Current is not { } line)
            {
                continue;
            }

            yield return updates.Map(line);
            if (line is ChatDoneResponseStream end)
            {
                done = true;
                LogAnswered(
                    model,
                    end.PromptEvalCount,
                    end.EvalCount,
                    OllamaResponseMapper.Time(end.TotalDuration),
                    OllamaResponseMapper.Time(end.LoadDuration));
            }
        }
        while (await MoveAsync(lines));

        // OllamaSharp ends a stream that is cancelled, or broken off, as if it were whole.
        cancellationToken.ThrowIfCancellationRequested();
        if (!done)
        {
            throw new IncompleteAnswerException("The answer ended before the model said that it was done.").WithFailure(
                ModelFailureFactory.Incomplete(_server.Endpoint));
        }
    }

    private async Task<bool> MoveAsync(IAsyncEnumerator<ChatResponseStream?> lines)
    {
        try
        {
            return await lines.MoveNextAsync();
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException("A line of the answer is not the JSON that Ollama sends.", exception).WithFailure(
                OllamaFailureFactory.Garbled(_server.Endpoint));
        }
    }

    /// <summary>Sends the request and waits for the first line, which the server does not send before the model has begun.</summary>
    private async Task<(IAsyncEnumerator<ChatResponseStream?> Lines, string Model)> OpenAsync(
        IReadOnlyList<ChatMessage> messages, ChatOptions? options, CancellationToken cancellationToken)
    {
        var wanted = options?.ModelId ?? Wanted;
        for (var attempt = 1; ; attempt++)
        {
            var model = await _directory.ResolveAsync(wanted, fresh: false, ListPatience, cancellationToken);
            var lines = _api
                .ChatAsync(OllamaRequestMapper.Map(model, messages, options, _options), cancellationToken)
                .GetAsyncEnumerator(cancellationToken);
            try
            {
                return await MoveAsync(lines) || cancellationToken.IsCancellationRequested
                    ? (lines, model)
                    : throw new IncompleteAnswerException("The answer ended before it began.").WithFailure(
                        ModelFailureFactory.Incomplete(_server.Endpoint));
            }
            catch (HttpRequestException missing) when (missing.StatusCode is HttpStatusCode.NotFound)
            {
                // The model was removed since it was chosen: choose again before giving up.
                _directory.Forget();
                if (attempt > 1)
                {
                    await NameInstalledAsync(missing, model, cancellationToken);
                    throw;
                }
            }
        }
    }

    private async Task NameInstalledAsync(HttpRequestException missing, string model, CancellationToken cancellationToken)
    {
        if (ModelFailureFactory.Classify(missing, _server.Endpoint, CancellationToken.None).Kind != ModelFailureKind.ModelMissing)
        {
            return;
        }

        IReadOnlyList<string>? names = null;
        try
        {
            names = [.. (await _directory.ListAsync(NamesPatience, cancellationToken)).Select(OllamaModelChoice.NameOf)];
        }
        catch (Exception other) when (other is HttpRequestException or TimeoutException or IOException or InvalidDataException)
        {
            // The first problem is the one to tell.
        }

        // Without the server's words a 404 may also come from something in between that lets only the list pass.
        missing.WithFailure(missing is not OllamaHttpException && names?.Contains(model) is true
            ? OllamaFailureFactory.NotOllama(_server.Endpoint, "HTTP 404")
            : ModelFailureFactory.ModelMissing(model, _server.Endpoint, names));
    }

    [LoggerMessage(
        1,
        LogLevel.Debug,
        "The model {Model} answered: {PromptTokens} tokens read, {AnswerTokens} written, {Total} in all, {Load} of it loading.")]
    private partial void LogAnswered(string model, long promptTokens, long answerTokens, TimeSpan total, TimeSpan load);
}
