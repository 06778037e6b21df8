using System.Net;
using Pipulate.Models;

namespace Pipulate;

/// <summary>
/// Represents an error that Ollama answered with. The message is the server's own text;
/// <see cref="HttpRequestException.StatusCode"/> is the HTTP status.
/// </summary>
/// <remarks>
/// An error that comes in the middle of an answer has no status, because the status line said 200 long before.
/// A model that is not installed gives <see cref="HttpStatusCode.NotFound"/>, whether the server or the client noticed it.
/// </remarks>
public sealed class OllamaHttpException : HttpRequestException, IServerError
{
    internal OllamaHttpException(string message, HttpStatusCode? statusCode, Exception? inner = null)
        : base(message, inner, statusCode)
    {
    }
}
