using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Pipulate.Commentary;

/// <summary>Registers the services that turn requests into events.</summary>
internal static class CommentaryServiceCollectionExtensions
{
    /// <summary>Adds the publisher, the check at start, and the filters of MVC and Razor Pages.</summary>
    /// <param name="services">The application's services.</param>
    public static IServiceCollection AddCommentary(this IServiceCollection services)
    {
        services.TryAddSingleton<Redaction>();
        services.TryAddSingleton<CommentaryPublisher>();
        services.TryAddSingleton<HeaderEventHandler>();
        services.TryAddSingleton<CommentaryStartCheck>();
        services.AddHostedService(provider => provider.GetRequiredService<CommentaryStartCheck>());
        services.Configure<MvcOptions>(mvc =>
        {
            if (!mvc.Filters.Any(filter => filter is CommentaryMvcFilter))
            {
                mvc.Filters.Add(new CommentaryMvcFilter());
            }
        });
        return services.Configure<RazorPagesOptions>(pages =>
        {
            if (!pages.Conventions.Any(convention => convention is PageHandlerCommentary.Convention))
            {
                pages.Conventions.Add(new PageHandlerCommentary.Convention());
            }
        });
    }
}
