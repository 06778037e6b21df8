using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Pipulate.Models;
using Pipulate.Models.Ollama;
using Pipulate.Rendering;

namespace Pipulate.Generation;

/// <summary>
/// Knows whether the model can be had, and says so on every page. It is asked when a page connects and, while there is trouble,
/// before each answer, so a model that appears is used from the next one on.
/// </summary>
internal sealed partial class ModelHealth(
    IChatClient client, PanelStatus status, IOptions<PipulateOptions> options, ILogger<ModelHealth> logger)
{
    private readonly IModelProbe? _probe = OllamaModelProbe.Of(client);
    private readonly Lock _gate = new();
    private Task<ModelFailure?>? _asking;

    /// <summary>What keeps the model from speaking at all; null while it can, or when nobody has asked yet.</summary>
    public ModelFailure? Failure { get; private set; }

    /// <summary>Whether the model has been seen and nothing has gone wrong since.</summary>
    public bool IsReady { get; private set; }

    /// <summary>Whether a trouble means that no answer can be had now, and not that this one went wrong.</summary>
    public static bool PreventsReplies(ModelFailure trouble) =>
        trouble.Kind is ModelFailureKind.Unreachable or ModelFailureKind.ModelMissing or ModelFailureKind.NoModel;

    /// <summary>Asks the model's server how it is; those who ask at the same time share the answer.</summary>
    public async Task<ModelFailure?> CheckAsync(CancellationToken cancellationToken)
    {
        if (_probe is null)
        {
            // A client of the application's own cannot be asked. It gets its chance with each answer.
            return null;
        }

        Task<ModelFailure?> asking;
        lock (_gate)
        {
            asking = _asking is { IsCompleted: false } ? _asking : _asking = ProbeAsync(_probe);
        }

        return await asking.WaitAsync(cancellationToken);
    }

    /// <summary>Whether the model is known not to be in memory, so that an answer begins with loading it.</summary>
    public async Task<bool> MustLoadAsync(CancellationToken cancellationToken) =>
        _probe is not null && await _probe.IsLoadedAsync(cancellationToken) is false;

    public void Report(ModelFailure trouble)
    {
        if (Failure != trouble)
        {
            LogTrouble(trouble.Kind);
        }

        IsReady = false;
        Failure = trouble;
        status.Set(options.Value.UseDemoVoiceWhenUnavailable ? $"The demo voice speaks. {trouble.Sentence}" : trouble.Sentence);
    }

    /// <summary>The model has just spoken, so it can be had; its name is told unless it is known.</summary>
    public void RecordReply(string? model)
    {
        if (!IsReady)
        {
            ReportReady(model);
        }
    }

    private async Task<ModelFailure?> ProbeAsync(IModelProbe probe)
    {
        var report = await probe.ProbeAsync(CancellationToken.None);
        if (report.Failure is not { } trouble)
        {
            ReportReady(report.Model);
            return null;
        }

        if (PreventsReplies(trouble))
        {
            Report(trouble);
            return trouble;
        }

        // Slow or busy is not gone: a server that loads a model may not answer a quick question, and will answer the request.
        Failure = null;
        return null;
    }

    private void ReportReady(string? model)
    {
        IsReady = true;
        Failure = null;
        status.Set(string.IsNullOrEmpty(model) ? "The model is ready." : $"Model: {model}");
    }

    [LoggerMessage(1, LogLevel.Warning, "No model speaks: {Kind}. The chat panel shows what mends it.")]
    private partial void LogTrouble(ModelFailureKind kind);
}
