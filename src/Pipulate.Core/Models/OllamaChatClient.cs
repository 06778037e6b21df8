using System.Globalization;
using System.Net;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Pipulate.Models;

namespace Pipulate;

/// <summary>Lets a model of a local Ollama server speak.</summary>
/// <remarks>
/// <para>Safe for concurrent use; one instance serves a whole application. Nothing is sent before the first call.</para>
/// <para>
/// Seen from outside it behaves as OllamaSharp's client: thinking comes as <see cref="TextReasoningContent"/>, the last update carries the finish reason,
/// the usage and Ollama's durations (<c>load_duration</c> and the like, as <see cref="TimeSpan"/>), and <see cref="ChatOptions.AdditionalProperties"/> are
/// read by Ollama's names (<c>num_ctx</c>, <c>think</c>, <c>keep_alive</c>, …). Unlike it, a stream that breaks throws, and a call that is cancelled
/// closes its connection at once, which is what stops the generation. A prompt that the model has no room for is refused by servers from 0.12.6 on (status 400), and not
/// cut there in silence, unless the additional property or option <c>truncate</c> is <see langword="true"/>.
/// </para>
/// </remarks>
public sealed partial class OllamaChatClient : IChatClient, IModelProbe
{
    private static readonly TimeSpan DefaultFirstToken = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan DefaultIdle = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan ListPatience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan ProbePatience = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan RunningPatience = TimeSpan.FromSeconds(1);

    private readonly OllamaOptions _options;
    private readonly OllamaTransport _transport;
    private readonly OllamaModelDirectory _directory;
    private readonly TimeProvider _timeProvider;
    private readonly TimeSpan _firstToken;
    private readonly TimeSpan _idle;
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
    /// <param name="options">Where the server is, which model speaks, and how.</param>
    /// <param name="firstToken">How long to wait for the first sign of an answer, loading and queueing included; the default is ten minutes.</param>
    /// <param name="idle">How long the model may be silent between two pieces of an answer; the default is 30 seconds.</param>
    /// <param name="timeProvider">The clock of these two; the default is the system's.</param>
    /// <param name="handler">The way to the server, not disposed by the client; the default is a <see cref="SocketsHttpHandler"/> of its own that follows no redirects and uses no proxy to this machine.</param>
    /// <param name="logger">Where the choice of a model and the measures of answers are logged; never what was said.</param>
    /// <exception cref="ArgumentNullException"><paramref name="options"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A waiting time is not positive (<see cref="Timeout.InfiniteTimeSpan"/> is allowed).</exception>
    public OllamaChatClient(
        OllamaOptions options,
        TimeSpan? firstToken = null,
        TimeSpan? idle = null,
        TimeProvider? timeProvider = null,
        HttpMessageHandler? handler = null,
        ILogger<OllamaChatClient>? logger = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        _firstToken = Waiting(firstToken ?? DefaultFirstToken, nameof(firstToken));
        _idle = Waiting(idle ?? DefaultIdle, nameof(idle));
        _timeProvider = timeProvider ?? TimeProvider.System;
        _logger = logger ?? (ILogger)NullLogger.Instance;
        var endpoint = OllamaEndpoint.Resolve(options.Endpoint, Environment.GetEnvironmentVariable(OllamaEndpoint.Variable));
        _transport = new OllamaTransport(endpoint, handler, _timeProvider);
        _directory = new OllamaModelDirectory(_transport, options, _logger);
    }

    /// <inheritdoc/>
    /// <remarks>Gathers the stream, so that the limits on silence hold here too.</remarks>
    public Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
        => GetStreamingResponseAsync(messages, options, cancellationToken).ToChatResponseAsync(cancellationToken);

    /// <inheritdoc/>
    /// <exception cref="OllamaHttpException">The server refused, or reported an error in the middle of the answer; a model that is not installed has status 404.</exception>
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
            : serviceType == typeof(ChatClientMetadata) ? new ChatClientMetadata("ollama", _transport.Endpoint, _options.Model ?? _directory.Chosen)
            : serviceType.IsInstanceOfType(this) ? this
            : null;
    }

    /// <inheritdoc/>
    async Task<ModelReport> IModelProbe.ProbeAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var patience = new Patience(_timeProvider, cancellationToken);
            patience.Arm(ProbePatience);
            try
            {
                var model = await _directory.ResolveAsync(_options.Model, fresh: true, ProbePatience, patience.Token);
                return new ModelReport(model, _transport.Endpoint, null);
            }
            catch (OperationCanceledException) when (patience.RanOut)
            {
                throw OllamaLines.Silence(_transport.Endpoint, ProbePatience, first: true);
            }
        }
        catch (Exception) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellationToken);
        }
#pragma warning disable CA1031 // A probe is asked in order to show what is wrong; whatever it is, it is the answer.
        catch (Exception problem)
#pragma warning restore CA1031
        {
            return new ModelReport(null, _transport.Endpoint, ModelFailures.Classify(problem, _transport.Endpoint, cancellationToken));
        }
    }

    /// <inheritdoc/>
    async Task<bool?> IModelProbe.IsLoadedAsync(CancellationToken cancellationToken)
    {
        var (model, running) = await FindRunningAsync(_options.Model, cancellationToken);
        return model is null || OllamaModelChoice.IsRemoteName(model) ? null : running?.Any(other => OllamaModelChoice.NameOf(other) == model);
    }

    /// <inheritdoc/>
    int? IModelProbe.ConfiguredContext =>
        _options.Options.TryGetValue("num_ctx", out var text) && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var tokens) && tokens > 0 ? tokens : null;

    /// <inheritdoc/>
    async Task<int?> IModelProbe.ReadContextAsync(string? model, CancellationToken cancellationToken)
    {
        var (name, running) = await FindRunningAsync(model ?? _options.Model, cancellationToken);
        return name is null ? null
            : OllamaModelChoice.IsRemoteName(name) ? 0
            : running?.FirstOrDefault(other => OllamaModelChoice.NameOf(other) == name) is { } found ? (int)Math.Clamp(found.ContextLength ?? 0, 0, int.MaxValue)
            : null;
    }

    /// <inheritdoc/>
    public void Dispose() => _transport.Dispose();

    /// <summary>The name of a model, and what is in the server's memory; nulls where that cannot be learned.</summary>
    private async Task<(string? Model, IEnumerable<OllamaModel>? Running)> FindRunningAsync(string? wanted, CancellationToken cancellationToken)
    {
        try
        {
            var model = await _directory.ResolveAsync(wanted, fresh: false, RunningPatience, cancellationToken);
            var running = await _transport.GetAsync("api/ps", OllamaJson.Default.OllamaTags, RunningPatience, cancellationToken);
            return (model, running.Models?.Where(other => other is not null));
        }
        catch (Exception) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellationToken);
        }
#pragma warning disable CA1031 // A courtesy to the page: whatever is wrong, the request for an answer tells.
        catch (Exception)
#pragma warning restore CA1031
        {
            return (null, null);
        }
    }

    private static TimeSpan Waiting(TimeSpan time, string name)
        => time > TimeSpan.Zero || time == Timeout.InfiniteTimeSpan ? time : throw new ArgumentOutOfRangeException(name, time, "A waiting time is positive.");

    private async IAsyncEnumerable<ChatResponseUpdate> StreamAsync(
        IReadOnlyList<ChatMessage> messages, ChatOptions? options, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (lines, model) = await OpenAsync(messages, options, cancellationToken);
        using (lines)
        {
            var updates = new OllamaUpdates(model, _transport.Endpoint);
            while (true)
            {
                OllamaChunk? chunk = null;
                Exception? failure = null;
                try
                {
                    chunk = await lines.ReadAsync();
                    failure = updates.FailureOf(chunk);
                }
                catch (Exception problem) when (problem is not OperationCanceledException)
                {
                    failure = problem;
                }

                if (failure is not null)
                {
                    throw failure;
                }

                cancellationToken.ThrowIfCancellationRequested();
                if (updates.Read(chunk!) is { } update)
                {
                    yield return update;
                }

                if (chunk!.Done)
                {
                    LogAnswered(model, chunk.PromptEvalCount ?? 0, chunk.EvalCount ?? 0, OllamaUpdates.Time(chunk.TotalDuration), OllamaUpdates.Time(chunk.LoadDuration));
                    await lines.FinishAsync();
                    yield break;
                }
            }
        }
    }

    private async Task<(OllamaLines Lines, string Model)> OpenAsync(IReadOnlyList<ChatMessage> messages, ChatOptions? options, CancellationToken cancellationToken)
    {
        var wanted = options?.ModelId ?? _options.Model;
        for (var attempt = 1; ; attempt++)
        {
            var model = await _directory.ResolveAsync(wanted, fresh: false, ListPatience, cancellationToken);
            try
            {
                var body = OllamaRequest.Chat(model, messages, options, _options);
                return (await _transport.OpenAsync("api/chat", body, _firstToken, _idle, cancellationToken), model);
            }
            catch (OllamaHttpException problem) when (problem.StatusCode == HttpStatusCode.NotFound)
            {
                // The model was removed since it was chosen: choose once more before giving up.
                _directory.Forget();
                if (attempt == 1)
                {
                    continue;
                }

                await NameInstalledAsync(problem, model, cancellationToken);
                throw;
            }
        }
    }

    private async Task NameInstalledAsync(OllamaHttpException problem, string model, CancellationToken cancellationToken)
    {
        if (ModelFailures.Classify(problem, _transport.Endpoint, CancellationToken.None).Kind != ModelFailureKind.ModelMissing)
        {
            return;
        }

        IReadOnlyList<string>? names = null;
        try
        {
            names = [.. (await _directory.ListAsync(ProbePatience, cancellationToken)).Select(OllamaModelChoice.NameOf)];
        }
        catch (Exception other) when (other is HttpRequestException or TimeoutException or IOException or InvalidDataException)
        {
            // The first problem is the one to tell.
        }

        problem.WithTrouble(ModelFailures.ModelMissing(model, _transport.Endpoint, names));
    }

    [LoggerMessage(1, LogLevel.Debug, "The model {Model} answered: {PromptTokens} tokens read, {AnswerTokens} written, {Total} in all, {Load} of it loading.")]
    private partial void LogAnswered(string model, long promptTokens, long answerTokens, TimeSpan total, TimeSpan load);
}
