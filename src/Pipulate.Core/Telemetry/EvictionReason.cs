namespace Pipulate.Telemetry;

/// <summary>Specifies why the server closed a connection that the client would have kept.</summary>
internal enum EvictionReason
{
    /// <summary>Means that a write to it took longer than <see cref="PipulateLimits.Send"/>.</summary>
    Slow,

    /// <summary>Means that more of the application's fragments waited for it than the queue holds.</summary>
    Full,

    /// <summary>Means that it sent an invalid message, or too many of them.</summary>
    Message,
}
