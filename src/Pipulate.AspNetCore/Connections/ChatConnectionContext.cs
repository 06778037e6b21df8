using Microsoft.AspNetCore.Http;

namespace Pipulate;

/// <summary>
/// A page that has come or gone, for an <see cref="IChatConnectionHandler"/>.
/// </summary>
/// <param name="connection">The page.</param>
/// <param name="httpContext">Its request.</param>
public sealed class ChatConnectionContext(ChatConnectionInfo connection, HttpContext httpContext)
{
    /// <summary>
    /// Gets the page.
    /// </summary>
    public ChatConnectionInfo Connection { get; } = connection;

    /// <summary>
    /// Gets the request by which the page connected: its user, headers and items. It lasts as long as the page is connected.
    /// </summary>
    public HttpContext HttpContext { get; } = httpContext;
}
