using System.Collections.Concurrent;

namespace Pipulate.FakeOllama.Library;

/// <summary>What <c>/api/ps</c> lists: each model until its keep_alive is over.</summary>
internal sealed class LoadedModels
{
    private readonly ConcurrentDictionary<string, LoadedModel> _loaded = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The last request's keep_alive replaces the earlier one; zero unloads.</summary>
    public void Use(FakeModel model, TimeSpan keepAlive, int context)
    {
        if (keepAlive == TimeSpan.Zero)
        {
            _loaded.TryRemove(model.FullName, out _);
            return;
        }

        _loaded[model.FullName] = new LoadedModel(model, TimeProvider.System.GetUtcNow() + keepAlive, context);
    }

    public IReadOnlyList<LoadedModel> Now()
    {
        var now = TimeProvider.System.GetUtcNow();
        return [.. _loaded.Values.Where(m => m.ExpiresAt > now).OrderByDescending(m => m.ExpiresAt)];
    }
}
