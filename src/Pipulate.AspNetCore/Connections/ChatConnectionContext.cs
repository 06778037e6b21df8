using Microsoft.AspNetCore.Http;

namespace Pipulate;

/// <summary>
/// Represents a page that has connected or disconnected, for an <see cref="IChatConnectionHandler"/>.
/// </summary>
/// <param name="connection">The connection.</param>
/// <param name="httpContext">Its request.</param>
public sealed class ChatConnectionContext(ChatConnectionInfo connection, HttpContext httpContext)
{
    /// <summary>
    /// Gets the connection.
    /// </summary>
    public ChatConnectionInfo Connection { get; } = connection;

    /// <summary>
    /// Gets the request by which the page connected: its user, headers and items. It lasts as long as the page is connected.
    /// </summary>
    public HttpContext HttpContext { get; } = httpContext;
}
