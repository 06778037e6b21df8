namespace Pipulate.Models;

/// <summary>A chat client that can say, without a generation, whether it would be able to answer. Reached through <c>GetService</c>.</summary>
internal interface IModelProbe
{
    /// <summary>Asks quickly (two seconds at most). Throws only when <paramref name="cancellationToken"/> is cancelled.</summary>
    Task<ModelReport> ProbeAsync(CancellationToken cancellationToken);

    /// <summary>Asks quickly whether the model that would answer is in memory; null when that cannot be said. Throws only when <paramref name="cancellationToken"/> is cancelled.</summary>
    Task<bool?> IsLoadedAsync(CancellationToken cancellationToken);
}
