using System.Reflection;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc.ApplicationParts;
using Microsoft.AspNetCore.Mvc.Controllers;
using Microsoft.AspNetCore.Mvc.Infrastructure;
using Microsoft.AspNetCore.Mvc.Razor.Compilation;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Pipulate.Events.Values;
using Pipulate.Hosting;

namespace Pipulate.Commentary;

/// <summary>
/// Reads every template before the first request needs one: a wrong one stops the host at start. A <c>WebApplication</c> is checked while
/// its pipeline is built, before it listens; any other application when it has started.
/// </summary>
internal sealed partial class CommentaryStartCheck(
    IServiceProvider services, CommentaryPublisher text, ILogger<CommentaryStartCheck> logger) : LifecycleService
{
    private bool _done;

    /// <summary>Reads the templates of all endpoints.</summary>
    /// <exception cref="InvalidOperationException">One cannot be parsed.</exception>
    public void Check(IEnumerable<EndpointDataSource> sources)
    {
        _done = true;
        var wrong = new List<string>();
        var deedsByLink = new List<string>();
        foreach (var endpoint in sources.SelectMany(source => source.Endpoints))
        {
            if (IsDeedByLink(endpoint))
            {
                deedsByLink.Add(endpoint.DisplayName ?? "an endpoint without a name");
            }

            foreach (var commentary in endpoint.Metadata.GetOrderedMetadata<IChatCommentaryMetadata>())
            {
                Check(commentary, endpoint.DisplayName, HandlerOf(endpoint), wrong);
            }
        }

        foreach (var (page, type) in PageTypes())
        {
            Check(type, page, handler: null, wrong);
            foreach (var method in type.GetMethods(BindingFlags.Public | BindingFlags.Instance))
            {
                Check(method, $"{page} {method.Name}", method, wrong);
            }
        }

        if (wrong.Count > 0)
        {
            throw new InvalidOperationException(string.Join(Environment.NewLine, wrong));
        }

        if (deedsByLink.Count > 0)
        {
            LogDeedsByLink(string.Join(", ", deedsByLink));
        }
    }

    public override Task StartedAsync(CancellationToken cancellationToken)
    {
        if (!_done && services.GetService<EndpointDataSource>() is { } endpoints)
        {
            Check([endpoints]);
        }

        return Task.CompletedTask;
    }

    /// <summary>
    /// Whether it is told of as something that a user has done, and yet a link on any site can do it. An endpoint that takes POST as well
    /// is a page with a form of its own, and looks after it itself.
    /// </summary>
    private static bool IsDeedByLink(Endpoint endpoint)
    {
        if (endpoint.Metadata.GetMetadata<IChatCommentaryMetadata>() is null
            || endpoint.Metadata.GetMetadata<DisableChatCommentaryAttribute>() is not null)
        {
            return false;
        }

        return endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods is { Count: > 0 } methods
            ? methods.Contains(HttpMethods.Get) && !methods.Contains(HttpMethods.Post)
            : endpoint.Metadata.GetMetadata<ControllerActionDescriptor>() is not null;
    }

    private static MethodInfo? HandlerOf(Endpoint endpoint) =>
        endpoint.Metadata.GetMetadata<ControllerActionDescriptor>()?.MethodInfo ?? endpoint.Metadata.GetMetadata<MethodInfo>();

    private void Check(MemberInfo member, string name, MethodInfo? handler, List<string> wrong)
    {
        foreach (var commentary in member.GetCustomAttributes(inherit: true).OfType<IChatCommentaryMetadata>())
        {
            Check(commentary, name, handler, wrong);
        }
    }

    private void Check(IChatCommentaryMetadata commentary, string? name, MethodInfo? handler, List<string> wrong)
    {
        try
        {
            var template = text.Parse(commentary.Template);
            foreach (var (placeholder, type) in handler is null ? [] : NameOnlyPlaceholders.Find(template, handler))
            {
                LogNameOnly(name, placeholder, TypeNames.Of(type));
            }
        }
        catch (FormatException exception)
        {
            wrong.Add($"The commentary of {name} cannot be used. {exception.Message}");
        }
    }

    /// <summary>
    /// The classes of the application's pages: until a page is first asked for, its endpoint does not know what stands on them. They are
    /// looked up by hand, because a page that <c>PageLoader</c> is told to load here would be kept without the conventions of its endpoint,
    /// <c>RequireAuthorization</c> among them.
    /// </summary>
    private IEnumerable<(string Page, Type Type)> PageTypes()
    {
        var pages = services.GetService<IActionDescriptorCollectionProvider>()?.ActionDescriptors.Items.OfType<PageActionDescriptor>()
            .Select(page => page.RelativePath).ToHashSet(StringComparer.OrdinalIgnoreCase);
        if (pages is not { Count: > 0 } || services.GetService<ApplicationPartManager>() is not { } parts)
        {
            yield break;
        }

        var views = new ViewsFeature();
        parts.PopulateFeature(views);
        foreach (var view in views.ViewDescriptors)
        {
            if (view.Type is { } type && pages.Contains(view.RelativePath))
            {
                yield return (view.RelativePath, type);
                if (type.GetProperty("Model")?.PropertyType is { IsClass: true } model && model != type)
                {
                    yield return (view.RelativePath, model);
                }
            }
        }
    }

    [LoggerMessage(
        1,
        LogLevel.Warning,
        "Commentary stands on endpoints that a link can ask for: {Endpoints}. A link on any site can make a visitor's browser send a "
            + "GET, with their cookies; let none of them change anything.")]
    private partial void LogDeedsByLink(string endpoints);

    [LoggerMessage(
        2,
        LogLevel.Warning,
        "The commentary of {Endpoint} names {{{Name}}}, of which nothing can be written but \"{Words}\". Name one of its properties, "
            + "override ToString in its type, or set a value with SetCommentary.")]
    private partial void LogNameOnly(string? endpoint, string name, string words);
}
