using System.Security.Claims;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Pipulate.Context;
using Pipulate.Conversations.Entries;

namespace Pipulate.Security;

/// <summary>
/// Reads who made a request, and on which page, for context providers and the persona. An application that has neither pays nothing.
/// </summary>
internal sealed class RequesterReader(ContextCollector context, IOptions<PipulateOptions> options)
{
    private readonly bool _isWanted = context.HasProviders || options.Value.PersonaFor is not null;

    /// <summary>Gets the requester of a request.</summary>
    /// <param name="request">The request.</param>
    /// <param name="pageUrl">
    /// The page's address where the message itself carries it, as over a WebSocket; else the request's headers say it.
    /// </param>
    /// <returns>A copy that outlives the request; null where the application has neither providers nor a persona per turn.</returns>
    public Requester? Read(HttpContext request, string? pageUrl = null)
    {
        if (!_isWanted)
        {
            return null;
        }

        var page = pageUrl is null ? PageAddress.Of(request.Request) : PageAddress.Of(request.Request, pageUrl);
        return new Requester(new ClaimsPrincipal(request.User.Identities.Select(identity => identity.Clone())), Trim(page));
    }

    private Uri? Trim(Uri? page) => page is null
        ? null
        : new Uri(page.GetLeftPart(options.Value.Context.IncludeQuery ? UriPartial.Query : UriPartial.Path));
}
