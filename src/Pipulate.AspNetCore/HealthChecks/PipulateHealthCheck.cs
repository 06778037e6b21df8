using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;
using Pipulate.Connections;
using Pipulate.Generation;
using Pipulate.Storage;

namespace Pipulate.HealthChecks;

/// <summary>Reports the health of the chat: what is missing in sentences, and the numbers behind them.</summary>
internal sealed class PipulateHealthCheck(IServiceProvider services) : IHealthCheck
{
    /// <summary>Holds how many replies may wait per running one. With more, the visitors that wait have given up.</summary>
    private const int WaitingForEach = 10;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>Identifies a conversation that does not exist, to see whether the store responds.</summary>
    private static readonly ConversationKey Nobody = new("health", new ConversationId("health"));

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        if (services.GetService<ModelHealth>() is not { } watch)
        {
            throw new InvalidOperationException(
                "The health check of Pipulate needs services that are not there. Call builder.Services.AddPipulate().");
        }

        var registry = services.GetRequiredService<ConnectionRegistry>();
        var line = services.GetRequiredService<GenerationLimiter>();
        var keeper = services.GetRequiredService<WriteBehindService>();
        var model = watch.CheckAsync(cancellationToken);
        var store = AskStoreAsync(keeper, cancellationToken);
        List<string> missing = [];
        if ((await model ?? watch.Failure) is { } failure)
        {
            missing.Add(failure.Sentence);
        }

        if (await store is { } problem)
        {
            missing.Add(problem);
        }

        if (line.QueueLength > WaitingForEach * services.GetRequiredService<IOptions<PipulateOptions>>().Value.Limits.Generations)
        {
            missing.Add($"{line.QueueLength} replies are waiting. Pipulate:Limits:Generations sets how many are generated at once.");
        }

        var numbers = new Dictionary<string, object>
        {
            ["connections"] = registry.Count,
            ["answers.running"] = line.Running,
            ["answers.waiting"] = line.QueueLength,
            ["store.backlog"] = keeper.Backlog,
        };
        return registry.IsDraining ? HealthCheckResult.Unhealthy("The process is shutting down and accepts no connections.", data: numbers)
            : missing.Count == 0 ? HealthCheckResult.Healthy(data: numbers)
            : new HealthCheckResult(context.Registration.FailureStatus, string.Join(' ', missing), data: numbers);
    }

    /// <returns>What is wrong with the store; null when nothing is.</returns>
    private async Task<string?> AskStoreAsync(WriteBehindService keeper, CancellationToken cancellationToken)
    {
        if (keeper.UnavailableFor is { } away)
        {
            return FormattableString.Invariant($"Conversations have not been stored for {away.TotalSeconds:0} s; the log says why.");
        }

        var time = services.GetRequiredService<TimeProvider>();
        using var patience = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            await services
                .GetRequiredService<IConversationStore>()
                .ReadAsync(Nobody, most: 1, before: null, either.Token)
                .AsTask()
                .WaitAsync(either.Token);
            return null;
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            return exception is OperationCanceledException
                ? FormattableString.Invariant($"The conversation store has not answered for {Patience.TotalSeconds:0} s.")
                : $"The conversation store cannot be read ({exception.GetType().Name}).";
        }
    }
}
