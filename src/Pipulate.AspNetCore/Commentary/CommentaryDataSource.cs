using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Extensions.Primitives;

namespace Pipulate.Commentary;

/// <summary>
/// Wraps the application's minimal-API endpoints as if they were in a group whose convention captures arguments and results: the framework
/// offers an attribute alone no other way to get them (aspnetcore#43421). Endpoints without commentary stay unchanged.
/// </summary>
internal sealed class CommentaryDataSource(EndpointDataSource inner, IServiceProvider services) : EndpointDataSource
{
    private readonly Lock _gate = new();
    private IReadOnlyList<Endpoint>? _endpoints;
    private IChangeToken? _validity;

    /// <summary>Gets the endpoints, which are kept until they change: building them compiles the handlers.</summary>
    public override IReadOnlyList<Endpoint> Endpoints
    {
        get
        {
            lock (_gate)
            {
                if (_endpoints is null || _validity is { HasChanged: true })
                {
                    _validity = inner.GetChangeToken();
                    _endpoints = inner.GetGroupedEndpoints(new RouteGroupContext
                    {
                        Prefix = RoutePatternFactory.Parse(""),
                        Conventions = [Fill],
                        FinallyConventions = [Watch],
                        ApplicationServices = services,
                    });
                }

                return _endpoints;
            }
        }
    }

    /// <summary>
    /// Wraps the application's own routes and groups. Other sources (controllers, pages, a proxy) build their endpoints in their own way,
    /// and
    /// stay as they are.
    /// </summary>
    public static void WrapAll(ICollection<EndpointDataSource> sources, IServiceProvider services)
    {
        EndpointDataSource[] all = [.. sources];
        if (!all.Any(IsRoutes))
        {
            return;
        }

        sources.Clear();
        foreach (var source in all)
        {
            sources.Add(IsRoutes(source) ? new CommentaryDataSource(source, services) : source);
        }
    }

    public override IChangeToken GetChangeToken() => inner.GetChangeToken();

    private static bool IsRoutes(EndpointDataSource source) =>
        source.GetType().Assembly == typeof(RouteGroupBuilder).Assembly
            && source is not (DefaultEndpointDataSource or CompositeEndpointDataSource);

    /// <summary>
    /// Decides in the filter factory and not here: a handler's attributes are not in the metadata yet when a group's conventions run.
    /// </summary>
    private static void Fill(EndpointBuilder endpoint) =>
        endpoint.FilterFactories.Add((factory, next) => IsBare(endpoint) ? CommentaryEndpointFilter.Factory(factory, next) : next);

    /// <summary>Runs when the endpoint is finished, and its attributes are known.</summary>
    private static void Watch(EndpointBuilder endpoint)
    {
        if (IsBare(endpoint))
        {
            CommentaryEndpointFilter.Watch(endpoint);
        }
    }

    /// <summary>Decides whether an endpoint has commentary, but no convention has given it the filter.</summary>
    private static bool IsBare(EndpointBuilder endpoint) =>
        endpoint.Metadata.Any(item => item is IChatCommentaryMetadata)
            && !endpoint.FilterFactories.Contains(CommentaryEndpointFilter.Factory);
}
