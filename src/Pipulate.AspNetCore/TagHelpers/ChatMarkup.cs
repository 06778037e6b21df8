using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;
using Pipulate.Endpoints;

namespace Pipulate.TagHelpers;

/// <summary>What the tag helpers write for the htmx version that the application uses (docs/htmx.md).</summary>
internal sealed class ChatMarkup(IOptions<PipulateOptions> options, EndpointDataSource endpoints)
{
    private readonly bool _v4 = options.Value.Htmx is HtmxVersion.V4;

    /// <summary>The attributes that open the socket.</summary>
    public IEnumerable<(string Name, string Value)> Connect(HttpContext context)
    {
        var address = context.Request.PathBase.Add(SocketPath()).Value!;
        return _v4
            ?
            [
                ("hx-ws:connect", address),

                // Whatever stands at the top of a message without hx-swap-oob would otherwise take the place of the whole panel.
                ("hx-swap", "none"),

                // Without the second event a page that the Back button brings back has no socket any more.
                ("hx-trigger", "load, pageshow from:window delay:500ms"),
            ]
            : [("hx-ext", "ws"), ("ws-connect", address)];
    }

    /// <summary>The attribute that sends a form over the socket.</summary>
    public string Send => _v4 ? "hx-ws:send" : "ws-send";

    /// <summary>htmx and its WebSocket extension, in the order in which they must load.</summary>
    public IReadOnlyList<string> HtmxScripts => _v4 ? ["htmx4/htmx.min.js", "htmx4/hx-ws.min.js"] : ["htmx2/htmx.min.js", "htmx2/ws.min.js"];

    /// <summary>htmx's own settings: nothing that a strict content security policy forbids, and no waiting between frames.</summary>
    public string Config => _v4
        ? """{"defaultSettleDelay":0}"""
        : """{"includeIndicatorStyles":false,"allowScriptTags":false,"defaultSettleDelay":0}""";

    /// <summary>Where another of our endpoints is: beside the socket, under the same prefix.</summary>
    public string AddressOf(HttpContext context, string path)
    {
        var socket = SocketPath().Value!;
        return context.Request.PathBase.Add(socket[..^ChatSocket.Path.Length] + path).Value!;
    }

    private PathString SocketPath()
    {
        var socket = endpoints.Endpoints.OfType<RouteEndpoint>().FirstOrDefault(endpoint => endpoint.Metadata.GetMetadata<ChatSocketMetadata>() is not null)
            ?? throw new InvalidOperationException("A chat panel needs its socket. Call app.MapPipulate() in Program.cs.");
        return new PathString("/" + socket.RoutePattern.RawText?.TrimStart('/'));
    }
}
