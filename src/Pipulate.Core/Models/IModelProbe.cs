namespace Pipulate.Models;

/// <summary>Reports whether a chat client can answer, without generating anything. Reached through <c>GetService</c>.</summary>
internal interface IModelProbe
{
    /// <summary>Asks quickly (two seconds at most). Throws only when <paramref name="cancellationToken"/> is cancelled.</summary>
    Task<ModelStatus> ProbeAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Asks quickly whether the model that would answer is in memory; null when that cannot be said. Throws only when
    /// <paramref name="cancellationToken"/> is cancelled.
    /// </summary>
    Task<bool?> IsLoadedAsync(CancellationToken cancellationToken);

    /// <summary>Gets the context that every request asks for, in tokens; null when the server decides.</summary>
    int? ConfiguredContext { get; }

    /// <summary>
    /// Asks quickly how large a context a model in memory has, in tokens: 0 when its server does not say, null when the model is not there
    /// or no server answers.
    /// </summary>
    /// <remarks>Throws only when <paramref name="cancellationToken"/> is cancelled.</remarks>
    Task<int?> ReadContextAsync(string? model, CancellationToken cancellationToken);
}
