using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Pipulate.Routes;
using Pipulate.Security;

namespace Pipulate.Panel;

/// <summary>
/// Makes the addresses of Pipulate's endpoints for a page, with the path base and the route values of its request:
/// <c>MapPipulate("/{tenant}/chat")</c>.
/// </summary>
internal sealed class ChatAddresses(EndpointDataSource endpoints, LinkGenerator links)
{
    /// <summary>Keeps values and paths as they are, whatever the application configures for its own addresses.</summary>
    private static readonly LinkOptions AsTheyAre = new() { AppendTrailingSlash = false, LowercaseUrls = false };

    /// <summary>Gets the address of an endpoint: beside the socket, under the same prefix.</summary>
    /// <param name="context">The page's request.</param>
    /// <param name="path">The endpoint's path under the prefix.</param>
    /// <returns>An encoded path.</returns>
    /// <exception cref="InvalidOperationException">
    /// <c>MapPipulate</c> was not called, or the request lacks a value that its prefix needs.
    /// </exception>
    public string Of(HttpContext context, string path)
    {
        var socket = links.GetPathByAddress(context, WebSocketEndpointMetadata.Instance, [], Values(context), options: AsTheyAre)
            ?? throw Missing(context);
        return socket[..^ChatPaths.WebSocket.Length] + path;
    }

    /// <summary>Gets the route values, also on an error page, which runs under a route of its own: the original request has them.</summary>
    private static RouteValueDictionary Values(HttpContext context)
    {
        var values = new RouteValueDictionary(context.Request.RouteValues);
        foreach (var (name, value) in OriginalRequest.RouteValues(context) ?? [])
        {
            values.TryAdd(name, value);
        }

        return values;
    }

    private InvalidOperationException Missing(HttpContext context)
    {
        if (Sockets(endpoints).FirstOrDefault() is not { RoutePattern: var pattern })
        {
            return new("The chat panel's endpoints are not mapped. Call app.MapPipulate() in Program.cs.");
        }

        var values = Values(context);
        var prefix = pattern.RawText![..^ChatPaths.WebSocket.Length];
        var what = $"The chat is mapped at \"{prefix}\", and the request for \"{context.Request.Path}\"";
        if (pattern.Parameters.FirstOrDefault(
            parameter => IsRequired(parameter) && values[parameter.Name] is null or "") is { Name: var name })
        {
            return new($"{what} has no route value \"{name}\", so the panel's address cannot be made. Map the page under the same prefix, "
                + $"set context.Request.RouteValues[\"{name}\"] before the panel is rendered, or give the prefix a default: {{{name}=…}}.");
        }

        var found = string.Join(", ", pattern.Parameters.Select(parameter => $"{parameter.Name} = \"{values[parameter.Name]}\""));
        return new($"{what} has route values that do not meet its constraints: {found}. Use the same constraints on the page's route.");
    }

    private static bool IsRequired(RoutePatternParameterPart parameter) => !parameter.IsOptional && parameter.Default is null;

    private static IEnumerable<RouteEndpoint> Sockets(EndpointDataSource endpoints) =>
        endpoints.Endpoints
            .OfType<RouteEndpoint>()
            .Where(endpoint => endpoint.Metadata.GetMetadata<WebSocketEndpointMetadata>() is not null);

    /// <summary>Finds the socket for the link generator.</summary>
    internal sealed class Scheme(EndpointDataSource endpoints) : IEndpointAddressScheme<WebSocketEndpointMetadata>
    {
        public IEnumerable<Endpoint> FindEndpoints(WebSocketEndpointMetadata address) => Sockets(endpoints);
    }
}
