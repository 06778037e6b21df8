namespace Pipulate.Models;

/// <summary>The stream of an answer ended before the model said that it had finished.</summary>
internal sealed class IncompleteAnswerException(string message, Exception? inner = null) : IOException(message, inner);
