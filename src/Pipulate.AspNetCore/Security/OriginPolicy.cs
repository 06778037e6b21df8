using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace Pipulate.Security;

/// <summary>
/// Decides which pages may connect and post events. Browsers let any site do so and send the visitor's cookies along, so the server must
/// check: the page's origin must be the host of the request, or one of <see cref="PipulateOptions.AllowedOrigins"/>.
/// </summary>
internal sealed class OriginPolicy(IOptions<PipulateOptions> options)
{
    /// <summary>
    /// Decides whether a request may connect. One without an origin comes from a program and not from a page of another site, so no
    /// visitor's
    /// cookies are at stake. Where origins are required, it needs <c>Sec-Fetch-Site: same-origin</c>, because browsers send no origin with
    /// a
    /// GET of the same origin, such as that of a stream.
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
    /// Decides whether a request may post an event: as <see cref="Allows"/>, and not if the browser itself reports that another site made
    /// the
    /// request. Browsers report that also without an origin, and for a page of the same host without TLS, which an attacker on the network
    /// may have changed.
    /// </summary>
    public bool AllowsEvent(HttpRequest request) =>
        Allows(request) && (request.Headers["Sec-Fetch-Site"] != "cross-site"
            || options.Value.AllowedOrigins.Contains(request.Headers.Origin.ToString(), StringComparer.OrdinalIgnoreCase));

    /// <summary>Compares host and port but not the scheme: behind a proxy that ends TLS, the request itself is plain http.</summary>
    private static bool IsSame(string origin, HttpRequest request) =>
        Uri.TryCreate(origin, UriKind.Absolute, out var address)
        && (address.Scheme == Uri.UriSchemeHttps || address.Scheme == Uri.UriSchemeHttp)
        && address.UserInfo.Length == 0
        && string.Equals(origin, address.GetLeftPart(UriPartial.Authority), StringComparison.OrdinalIgnoreCase)
        && request.Host.Host.Equals(address.Host, StringComparison.OrdinalIgnoreCase)
        && (request.Host.Port is { } port ? port == address.Port : address.IsDefaultPort);
}
