using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace Pipulate.Security;

/// <summary>
/// Decides which pages may open the socket and raise events. Browsers let any site do so and send the visitor's cookies along, so the
/// server has to look: the page's origin must be the host it talks to, or one of <see cref="PipulateOptions.AllowedOrigins"/>.
/// </summary>
internal sealed class OriginPolicy(IOptions<PipulateOptions> options)
{
    /// <summary>
    /// Decides about a request. One without an origin comes from a program and not from a page of another site: no visitor's cookies are at
    /// stake. Where origins are required it needs the browser's word that the page is the application's own, which is all that browsers say
    /// with a GET of the same origin, such as that of a stream.
    /// </summary>
    public bool Allows(HttpRequest request)
    {
        var origins = request.Headers.Origin;
        if (origins.Count == 0)
        {
            return !options.Value.RequireOrigin || request.Headers["Sec-Fetch-Site"] == "same-origin";
        }

        return origins.Count == 1
            && origins[0] is { } origin
            && (IsSame(origin, request) || options.Value.AllowedOrigins.Contains(origin, StringComparer.OrdinalIgnoreCase));
    }

    /// <summary>
    /// Decides as <see cref="Allows"/>, and a browser that says itself that another site has made the request is believed. That is said
    /// also where no origin is named, and of a page of the same host without TLS, which may have been written on the way.
    /// </summary>
    public bool AllowsEvent(HttpRequest request) =>
        Allows(request) && (request.Headers["Sec-Fetch-Site"] != "cross-site"
            || options.Value.AllowedOrigins.Contains(request.Headers.Origin.ToString(), StringComparer.OrdinalIgnoreCase));

    /// <summary>Compares host and port, not the scheme: behind a proxy that ends TLS the request itself is plain http.</summary>
    private static bool IsSame(string origin, HttpRequest request) =>
        Uri.TryCreate(origin, UriKind.Absolute, out var address)
        && (address.Scheme == Uri.UriSchemeHttps || address.Scheme == Uri.UriSchemeHttp)
        && address.UserInfo.Length == 0
        && string.Equals(origin, address.GetLeftPart(UriPartial.Authority), StringComparison.OrdinalIgnoreCase)
        && request.Host.Host.Equals(address.Host, StringComparison.OrdinalIgnoreCase)
        && (request.Host.Port is { } port ? port == address.Port : address.IsDefaultPort);
}
