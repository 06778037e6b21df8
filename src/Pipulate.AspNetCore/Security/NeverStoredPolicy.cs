using Microsoft.AspNetCore.OutputCaching;

namespace Pipulate.Security;

/// <summary>Keeps an endpoint out of output caching, whatever the application's other policies allow.</summary>
internal sealed class NeverStoredPolicy : IOutputCachePolicy
{
    public static NeverStoredPolicy Instance { get; } = new();

    public ValueTask CacheRequestAsync(OutputCacheContext context, CancellationToken cancellation)
    {
        context.EnableOutputCaching = context.AllowCacheLookup = context.AllowCacheStorage = context.AllowLocking = false;
        return ValueTask.CompletedTask;
    }

    public ValueTask ServeFromCacheAsync(OutputCacheContext context, CancellationToken cancellation) => ValueTask.CompletedTask;

    public ValueTask ServeResponseAsync(OutputCacheContext context, CancellationToken cancellation)
    {
        context.AllowCacheStorage = false;
        return ValueTask.CompletedTask;
    }
}
