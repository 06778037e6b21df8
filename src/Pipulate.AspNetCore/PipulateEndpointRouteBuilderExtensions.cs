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
/// Maps the endpoints that pages use.
/// </summary>
public static class PipulateEndpointRouteBuilderExtensions
{
    /// <summary>
    /// Maps <c>GET /ws</c>, the WebSocket that the chat panel opens, or <c>GET /sse</c> and <c>POST /message</c> in its place, <c>POST
    /// /chatq</c>, by which pages raise registered events, <c>/context</c>, which shows visitors what the model knows of them,
    /// <c>/conversations</c>, where they have their conversations,
    /// and <c>GET /entries/{entry}</c>, the text that the Copy button copies.
    /// </summary>
    /// <param name="endpoints">The application's endpoints.</param>
    /// <param name="prefix">The prefix of their paths, such as <c>/chat</c>. The tag helpers use the same one by themselves.</param>
    /// <returns>A builder for conventions: <c>.RequireAuthorization()</c> on it covers all of Pipulate's endpoints.</returns>
    /// <exception cref="InvalidOperationException">
    /// <c>AddPipulate</c> was not called; or, in Development, this is the second call. In other environments a second call is logged as an
    /// error.
    /// </exception>
    public static IEndpointConventionBuilder MapPipulate(this IEndpointRouteBuilder endpoints, [StringSyntax("Route")] string prefix = "")
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        ArgumentNullException.ThrowIfNull(prefix);
        var socket = endpoints.ServiceProvider.GetService<WebSocketEndpoint>()
            ?? throw new InvalidOperationException(
                "MapPipulate needs services that are not there. Call builder.Services.AddPipulate() before builder.Build().");
        endpoints.ServiceProvider.GetRequiredService<SingleMapping>().Claim(prefix);

        // A pipeline of its own, as in SignalR: the application need not call UseWebSockets, and it changes nothing here if it does.
        var pipeline = endpoints.CreateApplicationBuilder()
            .UseWebSockets(socket.Options)
            .Use(_ => socket.HandleAsync)
            .Build();
        var group = endpoints.MapGroup(prefix);

        // Set before a body is read, so that middleware obeys it too: a small body may decompress into a large one.
        group.WithMetadata(
            new BodyLimit(endpoints.ServiceProvider.GetRequiredService<IOptions<PipulateOptions>>().Value.Limits.MessageBytes));

        // By HTTP/2, which browsers use on https, a socket is opened with CONNECT (RFC 8441).
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

        // The last of all conventions, so that it wins over caching that the application sets, also on the returned builder.
        ((IEndpointConventionBuilder)group).Finally(ForbidCaching);

        // Requests of the panel are not actions of the user.
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
    /// Exempts an endpoint whose request lasts as long as its page from the application's limits for all requests: a timeout would end it,
    /// and
    /// it would occupy a concurrency limiter. A rate limit on Pipulate's endpoints themselves still applies, and
    /// <see cref="PipulateLimits"/> limits the number of connections.
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
