namespace Pipulate.Conversations.History;

/// <summary>
/// Why the beginning of a conversation was left out of what the model is told: the value of the metric's tag <c>reason</c>.
/// </summary>
internal enum TruncationReason
{
    /// <summary>The conversation has outgrown what the model has room for.</summary>
    Full,

    /// <summary>The model's server refused what it was to read, as too long.</summary>
    Refused,

    /// <summary>The server seems to have cut by itself, without a word ("server").</summary>
    ByServer,
}
