using System.Net;

namespace Pipulate;

/// <summary>
/// Ollama answered with an error. The message is the server's own text; <see cref="HttpRequestException.StatusCode"/> is the HTTP status.
/// </summary>
/// <remarks>
/// An error that comes in the middle of an answer has no status, because the status line said 200 long before.
/// A model that is not installed gives <see cref="HttpStatusCode.NotFound"/>, whoever noticed it: the server or the client.
/// </remarks>
public sealed class OllamaHttpException : HttpRequestException
{
    internal OllamaHttpException(string message, HttpStatusCode? statusCode, Exception? inner = null)
        : base(message, inner, statusCode)
    {
    }
}
