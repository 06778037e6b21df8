using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Http.Timeouts;
using Microsoft.AspNetCore.OutputCaching;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Pipulate;
using Pipulate.Connections;
using Pipulate.Endpoints;
using Pipulate.Routes;
using Pipulate.Security;

namespace Microsoft.AspNetCore.Builder;

/// <summary>
/// Maps the endpoints that pages talk to.
/// </summary>
public static class PipulateEndpointRouteBuilderExtensions
{
    /// <summary>
    /// Maps <c>GET /ws</c>, the WebSocket that the chat panel opens, or <c>GET /sse</c> and <c>POST /message</c> in its place, <c>POST
    /// /chatq</c>, by which pages tell of registered events, <c>/context</c>, which shows visitors what the model knows of them,
    /// <c>/conversations</c>, where they have their conversations,
    /// and <c>GET /entries/{entry}</c>, the text that the Copy button copies.
    /// </summary>
    /// <param name="endpoints">The application's endpoints.</param>
    /// <param name="prefix">What stands before them, such as <c>/chat</c>. The tag helpers write the same address by themselves.</param>
    /// <returns>A builder for conventions: <c>.RequireAuthorization()</c> on it covers all of Pipulate's endpoints.</returns>
    /// <exception cref="InvalidOperationException">
    /// <c>AddPipulate</c> was not called; or, in Development, this is the second call. Elsewhere a second call is logged as an error.
    /// </exception>
    public static IEndpointConventionBuilder MapPipulate(this IEndpointRouteBuilder endpoints, [StringSyntax("Route")] string prefix = "")
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        ArgumentNullException.ThrowIfNull(prefix);
        var socket = endpoints.ServiceProvider.GetService<WebSocketEndpoint>()
            ?? throw new InvalidOperationException(
                "MapPipulate needs services that are not there. Call builder.Services.AddPipulate() before builder.Build().");
        endpoints.ServiceProvider.GetRequiredService<SingleMapping>().Claim(prefix);

        // A pipeline of its own, as SignalR has: the application need not call UseWebSockets, and whether it does changes nothing here.
        var pipeline = endpoints.CreateApplicationBuilder()
            .UseWebSockets(socket.Options)
            .Use(_ => socket.HandleAsync)
            .Build();
        var group = endpoints.MapGroup(prefix);

        // Known before a body is read, so that it holds for what middleware makes of the body: a small one may be decompressed into a large
        // one.
        group.WithMetadata(
            new BodyLimit(endpoints.ServiceProvider.GetRequiredService<IOptions<PipulateOptions>>().Value.Limits.MessageBytes));

        // By HTTP/2, which is what browsers speak on https, a socket is opened with CONNECT (RFC 8441).
        group.MapMethods(ChatPaths.WebSocket, [HttpMethods.Get, HttpMethods.Connect], pipeline).WithDisplayName(
            "Pipulate socket").WithMetadata(WebSocketEndpointMetadata.Instance).AsLongLived();
        group.MapGet(
            ChatPaths.EventStream, endpoints.ServiceProvider.GetRequiredService<EventStreamEndpoint>().HandleAsync).WithDisplayName(
            "Pipulate stream").AsLongLived();
        group.MapPost(ChatPaths.Message, endpoints.ServiceProvider.GetRequiredService<MessageEndpoint>().HandleAsync).WithDisplayName(
            "Pipulate message");
        group.MapPost(
            ChatPaths.Queue,
            endpoints.ServiceProvider.GetRequiredService<ChatQueueEndpoint>().HandleAsync).WithDisplayName("Pipulate chatq");
        var context = endpoints.ServiceProvider.GetRequiredService<ContextEndpoint>();
        group.MapGet(ChatPaths.Context, context.ShowAsync).WithDisplayName("Pipulate context");
        group.MapPost(ChatPaths.Context, context.ChangeAsync).WithDisplayName("Pipulate context");

        group.MapGet(
            ChatPaths.Entries + "/{entry}",
            endpoints.ServiceProvider.GetRequiredService<EntryEndpoint>().ShowAsync).WithDisplayName("Pipulate entry");

        var conversations = endpoints.ServiceProvider.GetRequiredService<ConversationsEndpoint>();
        group.MapGet(ChatPaths.Conversations, conversations.ListAsync).WithDisplayName("Pipulate conversations");
        group.MapPost(ChatPaths.Conversations, conversations.CreateAsync).WithDisplayName("Pipulate new conversation");
        group.MapPost(ChatPaths.Conversations + "/delete", conversations.ForgetAsync).WithDisplayName(
            "Pipulate delete all conversations");
        group.MapGet(ChatPaths.NamedConversation + ".json", conversations.ExportJsonAsync).WithDisplayName(
            "Pipulate export conversation");
        group.MapGet(ChatPaths.NamedConversation + ".md", conversations.ExportMarkdownAsync).WithDisplayName(
            "Pipulate export conversation");
        group.MapPost(ChatPaths.NamedConversation + "/rename", conversations.RenameAsync).WithDisplayName(
            "Pipulate rename conversation");
        group.MapPost(ChatPaths.NamedConversation + "/delete", conversations.DeleteAsync).WithDisplayName(
            "Pipulate delete conversation");

        // Last of all conventions: whatever the application says of caching, also on what is returned here, counts less.
        ((IEndpointConventionBuilder)group).Finally(ForbidCaching);

        // What a page asks of us is no doing of the user's.
        return group.DisableChatCommentary();
    }

    private static void ForbidCaching(EndpointBuilder endpoint)
    {
        endpoint.Metadata.Add(NeverStoredPolicy.Instance);
        endpoint.Metadata.Add(new OutputCacheAttribute { NoStore = true });
        if (endpoint.RequestDelegate is { } handle)
        {
            endpoint.RequestDelegate = context =>
            {
                PrivateResponse.Mark(context);
                return handle(context);
            };
        }
    }

    private sealed record BodyLimit(long? MaxRequestBodySize) : IRequestSizeLimitMetadata;

    /// <summary>
    /// Takes an endpoint whose request lasts as long as its page out of what the application says of all requests: a time limit would end
    /// it,
    /// and it would hold a place of a limiter of concurrent requests. A rate limit that is set on Pipulate's endpoints themselves holds;
    /// how many
    /// pages may be connected, <see cref="PipulateLimits"/> says.
    /// </summary>
    private static void AsLongLived(this IEndpointConventionBuilder builder) => builder.Finally(static endpoint =>
    {
        endpoint.Metadata.Add(new DisableRequestTimeoutAttribute());
        if (!endpoint.Metadata.Any(item => item is EnableRateLimitingAttribute))
        {
            endpoint.Metadata.Add(new DisableRateLimitingAttribute());
        }
    });
}
