using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Pipulate.Models;
using Pipulate.Models.Ollama;
using Pipulate.Rendering;

namespace Pipulate.Generation;

/// <summary>
/// Tracks whether the model is available, and shows it on every page. The model is probed when a page connects and, after a failure,
/// before each reply, so that a model that becomes available is used from the next reply on.
/// </summary>
internal sealed partial class ModelHealth(
    IChatClient client, PanelStatus status, IOptions<PipulateOptions> options, TimeProvider time, ILogger<ModelHealth> logger)
{
    /// <summary>Stays below the five minutes for which Ollama keeps an unused model in memory.</summary>
    private static readonly TimeSpan KeptLoaded = TimeSpan.FromMinutes(4);

    private readonly IModelProbe? _probe = OllamaModelProbe.Of(client);
    private readonly Lock _gate = new();
    private Task<ModelFailure?>? _probing;
    private long _lastReply;

    /// <summary>Gets what keeps the model from replying at all; null while it is available, or before it was probed.</summary>
    public ModelFailure? Failure { get; private set; }

    /// <summary>Gets a value indicating whether the model was available when it was last used or probed.</summary>
    public bool IsReady { get; private set; }

    /// <summary>Decides whether a failure means that no reply is possible now, rather than that one reply went wrong.</summary>
    public static bool PreventsReplies(ModelFailure failure) =>
        failure.Kind is ModelFailureKind.Unreachable or ModelFailureKind.ModelMissing or ModelFailureKind.NoModel;

    /// <summary>Probes the model's server. Concurrent callers share one probe.</summary>
    public async Task<ModelFailure?> CheckAsync(CancellationToken cancellationToken)
    {
        if (_probe is null)
        {
            // A client of the application cannot be probed. It is tried with each reply.
            return null;
        }

        Task<ModelFailure?> probing;
        lock (_gate)
        {
            probing = _probing is { IsCompleted: false } ? _probing : _probing = ProbeAsync(_probe);
        }

        return await probing.WaitAsync(cancellationToken);
    }

    /// <summary>
    /// Decides whether the next reply begins with loading the model, which may take minutes. Its server is asked only after a pause in
    /// which it may have unloaded the model.
    /// </summary>
    public async Task<bool> MustLoadAsync(CancellationToken cancellationToken)
    {
        var last = Volatile.Read(ref _lastReply);
        return (last == 0 || time.GetElapsedTime(last) > KeptLoaded)
            && _probe is not null
            && await _probe.IsLoadedAsync(cancellationToken) is false;
    }

    /// <summary>Records a failure that prevents replies, and shows it on every page.</summary>
    public void Report(ModelFailure failure)
    {
        if (Failure != failure)
        {
            LogFailure(failure.Kind);
        }

        IsReady = false;
        Failure = failure;
        status.Set(options.Value.UseDemoVoiceWhenUnavailable ? $"The demo voice speaks. {failure.Sentence}" : failure.Sentence);
    }

    /// <summary>Records that the model has sent text, so that it is available. Its name is shown unless it is known.</summary>
    public void RecordReply(string? model)
    {
        Volatile.Write(ref _lastReply, time.GetTimestamp());
        if (!IsReady)
        {
            ReportReady(model);
        }
    }

    private async Task<ModelFailure?> ProbeAsync(IModelProbe probe)
    {
        var report = await probe.ProbeAsync(CancellationToken.None);
        if (report.Failure is not { } failure)
        {
            ReportReady(report.Model);
            return null;
        }

        if (PreventsReplies(failure))
        {
            Report(failure);
            return failure;
        }

        // A server that is slow or busy is available: one that loads a model may miss the probe's limit, and will answer the request.
        Failure = null;
        return null;
    }

    private void ReportReady(string? model)
    {
        IsReady = true;
        Failure = null;
        status.Set(string.IsNullOrEmpty(model) ? "The model is ready." : $"Model: {model}");
    }

    [LoggerMessage(1, LogLevel.Warning, "No model is available ({Kind}). The chat panel shows how to fix it.")]
    private partial void LogFailure(ModelFailureKind kind);
}
