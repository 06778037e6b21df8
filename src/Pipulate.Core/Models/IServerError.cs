using System.Net;

namespace Pipulate.Models;

/// <summary>Represents an exception whose message is the text of the model's server, so that it may be shown.</summary>
internal interface IServerError
{
    /// <summary>Gets the HTTP status; null where the error came in the middle of an answer.</summary>
    HttpStatusCode? StatusCode { get; }

    /// <summary>Gets the server's own text.</summary>
    string Message { get; }
}
