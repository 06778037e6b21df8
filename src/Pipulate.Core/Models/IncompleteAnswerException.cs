namespace Pipulate.Models;

/// <summary>Represents a stream that ended before the model said that it had finished.</summary>
internal sealed class IncompleteAnswerException(string message, Exception? inner = null) : IOException(message, inner);
