namespace Pipulate.Load;

/// <summary>A page did not get what was streamed: no figure counts then.</summary>
internal sealed class NotWholeException(string message) : Exception(message);
