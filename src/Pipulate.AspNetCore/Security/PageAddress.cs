using Htmx;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace Pipulate.Security;

/// <summary>Reads the address of the page that has sent a request, as the browser says it.</summary>
internal static class PageAddress
{
    /// <summary>Gets the address; null where it is not said, or is not one of this host.</summary>
    public static Uri? Of(HttpRequest request) => Of(
        request,
        request.Headers[HtmxRequestHeaders.Keys.CurrentUrl] is [{ Length: > 0 } current] ? current : request.Headers.Referer.ToString());

    /// <summary>Gets an address that a client sent; null where it is none of this host.</summary>
    public static Uri? Of(HttpRequest request, string address) =>
        Uri.TryCreate(address, UriKind.Absolute, out var page)
            && page.Authority.Equals(request.Host.Value, StringComparison.OrdinalIgnoreCase) ? page : null;

    /// <summary>Gets the way back to the page, or to the application's first one, with another conversation.</summary>
    /// <param name="request">The request that the page has sent.</param>
    /// <param name="conversation">The conversation's name; null for none.</param>
    /// <param name="options">Decides which names are valid.</param>
    /// <returns>A path on this host.</returns>
    public static string Showing(HttpRequest request, string? conversation, PipulateOptions options) => Showing(
        Of(request) is { } page && !page.AbsolutePath.StartsWith("//", StringComparison.Ordinal)
            ? page.PathAndQuery
            : request.PathBase.Add("/").ToUriComponent(),
        conversation,
        options);

    /// <summary>Gets the address of a page that is being rendered.</summary>
    public static string OfThis(HttpRequest request) => request.PathBase.Add(request.Path).ToUriComponent() + request.QueryString.Value;

    /// <summary>Gets an address with another conversation.</summary>
    /// <param name="address">A path, perhaps with a query.</param>
    /// <param name="conversation">The conversation's name; null for none.</param>
    /// <param name="options">Decides which names are valid.</param>
    public static string Showing(string address, string? conversation, PipulateOptions options)
    {
        var end = address.IndexOf('?', StringComparison.Ordinal);
        var (path, query) = end < 0 ? (address, "") : (address[..end], address[end..]);
        var fields = QueryHelpers.ParseQuery(query);
        fields.Remove(NamedConversation.LongField);
        var theirs = fields.GetValueOrDefault(NamedConversation.Field).Where(value => !NamedConversation.IsName(value, options)).ToArray();
        fields.Remove(NamedConversation.Field);
        if (theirs.Length > 0)
        {
            // The field is the application's own, and its page needs it.
            fields[NamedConversation.Field] = theirs;
        }

        if (conversation is not null)
        {
            fields[theirs.Length > 0 ? NamedConversation.LongField : NamedConversation.Field] = conversation;
        }

        return QueryHelpers.AddQueryString(path, fields);
    }
}
