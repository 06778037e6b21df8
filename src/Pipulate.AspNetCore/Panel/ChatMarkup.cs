using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc.Rendering;
using Microsoft.AspNetCore.Mvc.ViewFeatures;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Pipulate.Routes;
using Pipulate.Security;

namespace Pipulate.Panel;

/// <summary>Creates what the tag helpers write for the htmx version that the application uses (docs/htmx.md).</summary>
internal sealed class ChatMarkup(IOptions<PipulateOptions> options, ChatAddresses addresses, IAntiforgery antiforgery)
{
    private const string Files = "/_content/Pipulate.AspNetCore/";

    /// <summary>
    /// Keeps htmx 2 from storing the page, and the conversation with it, in the browser when the user leaves it. htmx 4 stores no page.
    /// </summary>
    private static readonly (string Name, string Value) History = ("hx-history", "false");

    private readonly bool _v4 = options.Value.Htmx is HtmxVersion.V4;

    /// <summary>Gets the attributes that open the socket.</summary>
    /// <param name="context">The page's request.</param>
    /// <param name="visitor">The visitor who sees the page, with the conversation that it shows; null for an unknown visitor.</param>
    public IEnumerable<(string Name, string Value)> Connect(HttpContext context, Visitor? visitor)
    {
        var address = Showing(AddressOf(context, ChatPaths.WebSocket), visitor);
        return _v4
            ?
            [
                ("hx-ws:connect", address),

                // Otherwise a top-level element of a message without hx-swap-oob would replace the whole panel.
                ("hx-swap", "none"),

                // Without the second event, a page that the Back button restores would have no socket.
                ("hx-trigger", "load, pageshow from:window delay:500ms"),
            ]
            : [("hx-ext", "ws"), ("ws-connect", address), History];
    }

    /// <summary>Gets the attributes that open the stream, which is for pages whose network blocks sockets.</summary>
    /// <param name="context">The page's request.</param>
    /// <param name="visitor">The visitor who sees the page, with the conversation that it shows; null for an unknown visitor.</param>
    public IEnumerable<(string Name, string Value)> ConnectStream(HttpContext context, Visitor? visitor)
    {
        var address = Showing(AddressOf(context, ChatPaths.EventStream), visitor);
        return _v4
            ?
            [
                ("hx-sse:connect", address),
                ("hx-sse:close", ServerEvents.Closed),
                ("hx-swap", "none"),

                // htmx 4 retries by itself only after a first successful connection.
                ("hx-trigger", "load, htmx:response:error delay:5s, htmx:error delay:5s"),

                // And it must not connect twice, because everything would then be appended twice.
                ("hx-sync", "this:drop"),
            ]
            :
            [
                ("hx-ext", "sse"),
                ("sse-connect", address),
                ("sse-swap", "message"),
                ("sse-close", ServerEvents.Closed),
                History,

                // Without it a message that consists of hx-swap-oob elements empties the panel. Elements inside the panel must not inherit
                // it.
                ("hx-swap", NoSwap),
                ("hx-disinherit", "*"),
            ];
    }

    /// <summary>Gets the attributes of an element outside the panel that shows the visitor's own data.</summary>
    public IEnumerable<(string Name, string Value)> Own => _v4 ? [] : [History];

    /// <summary>Gets the attribute that sends a form over the socket.</summary>
    public string Send => _v4 ? "hx-ws:send" : "ws-send";

    /// <summary>Gets the attributes that keep htmx settings of the page from an element of the chat and all inside it.</summary>
    public IReadOnlyList<(string Name, string Value)> Boundary => _v4 ? HtmxBoundary.Around4 : HtmxBoundary.Around2;

    /// <summary>Gets the attributes that keep htmx settings of the page from one element of the chat.</summary>
    public IReadOnlyList<(string Name, string Value)> OwnBoundary => _v4 ? HtmxBoundary.On4 : HtmxBoundary.On2;

    /// <summary>Gets what a form inside the panel sets itself, because the panel or the page may set something else.</summary>
    public IEnumerable<(string Name, string Value)> Form => _v4 ? [("hx-trigger", "submit"), ("hx-target", "this"), ("hx-sync", "")] : [];

    /// <summary>
    /// Gets the swap that changes only elements that ask for it; in htmx 2 without the delays and transitions of the page's settings.
    /// </summary>
    private string NoSwap => _v4 ? "none" : "none swap:0ms settle:0ms transition:false";

    /// <summary>Gets the attributes that send a form beside a stream.</summary>
    public IEnumerable<(string Name, string Value)> SendByPost(HttpContext context)
    {
        var token = antiforgery.GetAndStoreTokens(context);
        return
        [
            .. Request("post", AddressOf(context, ChatPaths.Message)),
            ("hx-swap", NoSwap),
            token.HeaderName is { } header
                ? ("hx-headers", new JsonObject { [header] = token.RequestToken }.ToJsonString())
                : ("hx-vals", new JsonObject { [token.FormFieldName] = token.RequestToken }.ToJsonString()),
        ];
    }

    /// <summary>Gets the attributes of an element that makes a request.</summary>
    public IEnumerable<(string Name, string Value)> Request(string verb, string address) =>
        HtmxBoundary.Request(options.Value.Htmx, verb, address);

    /// <summary>Gets htmx and its WebSocket extension, in the order in which they must load.</summary>
    public IReadOnlyList<string> HtmxScripts =>
        _v4 ? ["htmx4/htmx.min.js", "htmx4/hx-ws.min.js"] : ["htmx2/htmx.min.js", "htmx2/ws.min.js"];

    /// <summary>Gets htmx's extension for streams; it must load behind htmx.</summary>
    public string StreamScript => _v4 ? "htmx4/hx-sse.min.js" : "htmx2/sse.min.js";

    /// <summary>Gets the script that keeps htmx settings of the page from the chat. It may load before or after htmx.</summary>
    public string GuardScript => _v4 ? "pipulate.htmx4.js" : "pipulate.htmx2.js";

    /// <summary>
    /// Gets the settings that the panel's script gives to htmx. <c>usual</c> applies unless the page sets something else: nothing that a
    /// strict
    /// content security policy forbids, and no waiting between frames. <c>always</c> keeps a fragment from running scripts and a request on
    /// the
    /// page's own host.
    /// </summary>
    public string Config => _v4
        ? """{"usual":{"defaultSettleDelay":0}}"""
        : """{"usual":{"includeIndicatorStyles":false,"defaultSettleDelay":0,"historyRestoreAsHxRequest":false},"""
            + "\"always\":{\"allowScriptTags\":false,\"selfRequestsOnly\":true}}";

    /// <summary>Gets the address of another endpoint: beside the socket, under the same prefix.</summary>
    public string AddressOf(HttpContext context, string path) => addresses.Of(context, path);

    /// <summary>Gets the address of a file that comes with the package.</summary>
    public static string AddressOfFile(HttpContext context, string file)
    {
        var path = context.Request.PathBase.Add(Files + file).ToUriComponent();
        return context.RequestServices.GetService<IFileVersionProvider>()?.AddFileVersionToPath(context.Request.PathBase, path) ?? path;
    }

    /// <summary>
    /// Creates a script that comes with the package. Not deferred: htmx 4 begins at once when the page has been parsed, and with luck
    /// before a deferred extension is there.
    /// </summary>
    public static TagBuilder Script(HttpContext context, string file)
    {
        var script = new TagBuilder("script");
        script.Attributes["src"] = AddressOfFile(context, file);
        return script;
    }

    /// <summary>Adds to an address the conversation that the page shows, and the visitor for which it was rendered.</summary>
    private string Showing(string address, Visitor? visitor) => visitor is { Conversation.Name: { } name } known
        ? QueryHelpers.AddQueryString(
            PageAddress.Showing(address, name, options.Value), NamedConversation.For, VisitorIdentity.SignOf(known))
        : PageAddress.Showing(address, null, options.Value);
}
