using System.Diagnostics;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;
using Pipulate.Models;
using Pipulate.Telemetry;

namespace Pipulate.Generation;

/// <summary>
/// Measures one answer of the model, from the request to its last update, all tool calls included: a span and four kinds of measurements,
/// named by OpenTelemetry's conventions for generative AI. None of them holds what was asked or answered.
/// </summary>
internal sealed class ModelCall : IDisposable
{
    private readonly PipulateMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly IChatClient _client;
    private readonly Activity? _span;
    private readonly long _begun;
    private TimeSpan? _firstChunk;
    private long? _lastChunk;
    private List<TimeSpan>? _laterChunks;
    private readonly TurnUsage _usage = new();
    private string? _response;
    private string? _model;
    private string? _finish;
    private string? _error;

    public ModelCall(PipulateMetrics metrics, IChatClient client, ChatOptions options, TimeProvider time)
    {
        (_metrics, _client, _time) = (metrics, client, time);
        _begun = time.GetTimestamp();
        if (ReplyTracing.Source.HasListeners())
        {
            _span = ReplyTracing.Source.StartActivity("chat", ActivityKind.Client)
                ?.SetTag("gen_ai.request.max_tokens", options.MaxOutputTokens)
                .SetTag("gen_ai.request.stream", true);
        }
    }

    /// <summary>Passes on what the model says, and measures when it came: before anything slows it down, such as typing.</summary>
    public async IAsyncEnumerable<ChatResponseUpdate> ObserveAsync(
        IAsyncEnumerable<ChatResponseUpdate> updates, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var update in updates.WithCancellation(cancellationToken))
        {
            Hear(update);
            yield return update;
        }
    }

    /// <summary>Records that the request has failed. One that was cancelled has not.</summary>
    public void Fail(Exception exception, CancellationToken givenUp)
    {
        if (!givenUp.IsCancellationRequested)
        {
            _error = Name(ModelFailureFactory.Classify(exception, default, CancellationToken.None).Kind);
        }
    }

    public void Dispose()
    {
        if (_span is null && !_metrics.IsCallListenedTo)
        {
            return;
        }

        var took = _time.GetElapsedTime(_begun);
        var metadata = ModelServer.Describe(_client);
        var tags = TagsOf(metadata);
        if (_firstChunk is { } first)
        {
            _metrics.CallFirstChunk.Record(first.TotalSeconds, tags);
        }

        _laterChunks?.ForEach(gap => _metrics.CallLaterChunk.Record(gap.TotalSeconds, tags));
        Record(_usage.Sum?.InputTokenCount, "input", tags);
        Record(_usage.Sum?.OutputTokenCount, "output", tags);
        if (_error is not null)
        {
            tags.Add("error.type", _error);
        }

        _metrics.CallDuration.Record(took.TotalSeconds, tags);
        if (_span is not null)
        {
            Write(_span, metadata?.DefaultModelId, tags);
        }
    }

    private void Hear(ChatResponseUpdate update)
    {
        _response = update.ResponseId ?? _response;
        _model = update.ModelId ?? _model;
        _finish = update.FinishReason?.Value ?? _finish;
        _usage.Note(update);
        if (!update.Contents.Any(AnswerUpdates.IsSign))
        {
            return;
        }

        var now = _time.GetTimestamp();
        if (_firstChunk is null)
        {
            _firstChunk = _time.GetElapsedTime(_begun, now);
        }
        else if (_lastChunk is { } last && _metrics.CallLaterChunk.Enabled)
        {
            (_laterChunks ??= []).Add(_time.GetElapsedTime(last, now));
        }

        // What follows the call of a tool has waited for the tool, and is the beginning of another response.
        _lastChunk = update.Contents.Any(content => content is FunctionCallContent or FunctionResultContent) ? null : now;
    }

    private TagList TagsOf(ChatClientMetadata? metadata)
    {
        var tags = new TagList
        {
            { "gen_ai.operation.name", "chat" },
            { "gen_ai.provider.name", metadata?.ProviderName ?? "unknown" },
        };
        if (metadata?.DefaultModelId is { } asked)
        {
            tags.Add("gen_ai.request.model", asked);
        }

        if (_model is not null)
        {
            tags.Add("gen_ai.response.model", _model);
        }

        if (metadata?.ProviderUri is { IsAbsoluteUri: true } server)
        {
            tags.Add("server.address", server.Host);
            tags.Add("server.port", server.Port);
        }

        return tags;
    }

    private void Record(long? tokens, string type, TagList tags)
    {
        if (tokens is { } count)
        {
            tags.Add("gen_ai.token.type", type);
            _metrics.CallTokens.Record(count, tags);
        }
    }

    private void Write(Activity span, string? asked, in TagList tags)
    {
        foreach (var tag in tags)
        {
            span.SetTag(tag.Key, tag.Value);
        }

        span.DisplayName = asked is null ? "chat" : $"chat {asked}";
        span.SetTag("gen_ai.response.id", _response);
        span.SetTag("gen_ai.response.finish_reasons", _finish is null ? null : new[] { _finish });
        span.SetTag("gen_ai.response.time_to_first_chunk", _firstChunk?.TotalSeconds);
        span.SetTag("gen_ai.usage.input_tokens", _usage.Sum?.InputTokenCount);
        span.SetTag("gen_ai.usage.output_tokens", _usage.Sum?.OutputTokenCount);
        span.SetTag("gen_ai.usage.cache_read.input_tokens", _usage.Sum?.CachedInputTokenCount);
        span.SetTag("gen_ai.usage.reasoning.output_tokens", _usage.Sum?.ReasoningTokenCount);
        if (_error is not null)
        {
            span.SetStatus(ActivityStatusCode.Error);
        }

        span.Dispose();
    }

    private static string Name(ModelFailureKind kind) => kind switch
    {
        ModelFailureKind.Unreachable => "unreachable",
        ModelFailureKind.ModelMissing => "model_missing",
        ModelFailureKind.NoModel => "no_model",
        ModelFailureKind.Busy => "busy",
        ModelFailureKind.BadRequest => "bad_request",
        ModelFailureKind.TooLong => "too_long",
        ModelFailureKind.TimedOut => "timeout",
        ModelFailureKind.Incomplete => "incomplete",
        _ => "server_failed",
    };
}
