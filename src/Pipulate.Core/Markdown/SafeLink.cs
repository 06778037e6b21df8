using System.Text;

namespace Pipulate.Markdown;

/// <summary>Decides which addresses a text may link to.</summary>
internal static class SafeLink
{
    private const int Longest = 2_048;

    /// <summary>
    /// Gets the address of a link as a page may have it, not yet encoded: absolute, http, https or mailto, and in ASCII; null if it is not
    /// safe.
    /// </summary>
    public static string? Href(string? url)
    {
        if (url is null or { Length: > Longest } || !Uri.TryCreate(url, UriKind.Absolute, out var address))
        {
            return null;
        }

        if (address.Scheme == Uri.UriSchemeMailto)
        {
            return Plain(address);
        }

        // A browser reads "https:path" as a place on the page's own site, so the slashes must be there as written.
        var web = url.StartsWith("http://", StringComparison.OrdinalIgnoreCase)
            || url.StartsWith("https://", StringComparison.OrdinalIgnoreCase);
        return web && address.Host.Length > 0 ? WithPlainHost(address) : null;
    }

    private static string? WithPlainHost(Uri address)
    {
        try
        {
            return Plain(new UriBuilder(address) { Host = address.IdnHost }.Uri);
        }
        catch (UriFormatException)
        {
            // A name that no host can have.
            return null;
        }
    }

    private static string? Plain(Uri address) => Ascii.IsValid(address.AbsoluteUri) ? address.AbsoluteUri : null;
}
