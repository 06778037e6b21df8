using Microsoft.AspNetCore.Http;

namespace Pipulate.Commentary;

/// <summary>Distinguishes actions of a user from requests that a browser or a script makes on its own.</summary>
internal static class UserAction
{
    /// <summary>
    /// Lists the headers of pages that browsers fetch or render in advance: the standard's header, older ones, and Turbo's.
    /// </summary>
    private static readonly string[] PurposeHeaders = ["Sec-Purpose", "Purpose", "X-Purpose", "X-Moz", "X-Sec-Purpose"];

    private static readonly string[] Purposes = ["prefetch", "prerender", "preview"];

    /// <summary>Decides whether a request may be an action of a user.</summary>
    /// <param name="request">The request.</param>
    /// <param name="withPrefetch">Whether one that was made in advance, or to restore the history, counts.</param>
    public static bool MayBe(HttpRequest request, bool withPrefetch)
    {
        var method = request.Method;
        if (HttpMethods.IsGet(method))
        {
            return withPrefetch || !IsInAdvance(request.Headers);
        }

        // CONNECT is a WebSocket over HTTP/2, whose status is 200 and not 101.
        return !(HttpMethods.IsHead(method)
            || HttpMethods.IsOptions(method)
            || HttpMethods.IsTrace(method)
            || HttpMethods.IsConnect(method));
    }

    private static bool IsInAdvance(IHeaderDictionary headers) =>
        IsTrue(headers, "HX-Preloaded")
        || IsTrue(headers, "HX-History-Restore-Request")
        || Array.Exists(PurposeHeaders, header => HasPurpose(headers, header));

    private static bool IsTrue(IHeaderDictionary headers, string name) =>
        headers.TryGetValue(name, out var value) && !string.Equals(value, "false", StringComparison.OrdinalIgnoreCase);

    /// <summary>
    /// Decides whether a header has a purpose: a word with parameters, such as <c>prefetch;prerender</c>, or a list of them.
    /// </summary>
    private static bool HasPurpose(IHeaderDictionary headers, string name)
    {
        if (!headers.TryGetValue(name, out var values))
        {
            return false;
        }

        var text = values.ToString().AsSpan();
        foreach (var range in text.SplitAny(',', ';', ' ', '='))
        {
            foreach (var purpose in Purposes)
            {
                if (text[range].Trim('"').Equals(purpose, StringComparison.OrdinalIgnoreCase))
                {
                    return true;
                }
            }
        }

        return false;
    }
}
