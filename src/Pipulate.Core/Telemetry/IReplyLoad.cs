namespace Pipulate.Telemetry;

/// <summary>Measures how many replies are under way.</summary>
internal interface IReplyLoad
{
    /// <summary>Gets how many replies are being given.</summary>
    int Running { get; }

    /// <summary>Gets how many replies wait until others are given.</summary>
    int QueueLength { get; }
}
