namespace Pipulate.Telemetry;

/// <summary>Why a page was sent away that would have stayed.</summary>
internal enum EvictionReason
{
    /// <summary>A write to it took longer than <see cref="PipulateLimits.Send"/>.</summary>
    Slow,

    /// <summary>More of the application's fragments waited for it than are kept.</summary>
    Full,

    /// <summary>It sent what cannot be taken, or too much of it.</summary>
    Message,
}
