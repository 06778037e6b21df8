using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.OutputCaching;

namespace Pipulate.Security;

/// <summary>
/// Keeps an answer that holds a visitor's words, cookie or tokens out of every cache: those of this process, and those on the way to the
/// browser. What the application says of caching before, later or
/// in a callback has no effect on such an answer.
/// </summary>
internal static class PrivateResponse
{
    /// <summary>Forbids caches to store the answer.</summary>
    /// <returns>False where it has begun to be sent without saying so; then a cache on the way may store it.</returns>
    public static bool Mark(HttpContext context)
    {
        if (context.Features.Get<IOutputCacheFeature>()?.Context is { } cache)
        {
            (cache.AllowCacheLookup, cache.AllowCacheStorage) = (false, false);
        }

        if (context.Features.Get<IHttpResponseFeature>() is not { } response || response is PrivateResponseFeature)
        {
            return true;
        }

        if (response.HasStarted)
        {
            return PrivateHeaders.Forbid(response.Headers.CacheControl);
        }

        context.Features.Set<IHttpResponseFeature>(new PrivateResponseFeature(response));
        return true;
    }

    /// <summary>
    /// Forbids caches to store the response, and refuses to write a visitor's data into a fragment that is cached for all visitors.
    /// </summary>
    /// <param name="context">The page's request.</param>
    /// <param name="what">What is about to be written, as the page's author knows it.</param>
    /// <returns>As <see cref="Mark"/>.</returns>
    /// <exception cref="InvalidOperationException">It stands inside of a <c>&lt;cache&gt;</c> or
    /// <c>&lt;distributed-cache&gt;</c>.</exception>
    public static bool MarkPage(HttpContext context, string what) => !CachedFragment.IsBeingMade
        ? Mark(context)
        : throw new InvalidOperationException(
            $"{what} cannot stand inside <cache> or <distributed-cache>: what it holds of one visitor would be shown to the next. "
            + "Move it out of the cached part, or set enabled=\"false\" on that.");
}
