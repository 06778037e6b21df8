namespace Pipulate.Events.Values;

/// <summary>
/// Represents a value of which only a description can be shown. The description is not quoted, because no user wrote it.
/// </summary>
/// <param name="Words">The name in plain words.</param>
internal sealed record ValueName(string Words);
