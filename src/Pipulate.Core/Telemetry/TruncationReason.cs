namespace Pipulate.Telemetry;

/// <summary>
/// Specifies why the beginning of a conversation was left out of the prompt: the value of the metric's tag <c>reason</c>.
/// </summary>
internal enum TruncationReason
{
    /// <summary>Means that the conversation has outgrown the model's context window.</summary>
    Full,

    /// <summary>Means that the model's server refused the prompt as too long.</summary>
    Refused,

    /// <summary>Means that the server seems to have cut the prompt by itself, without reporting it (<c>server</c>).</summary>
    ByServer,
}
