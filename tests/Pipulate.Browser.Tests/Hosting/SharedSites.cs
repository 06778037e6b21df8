using System.Collections.Concurrent;

namespace Pipulate.Browser.Hosting;

/// <summary>
/// The sample on each htmx version and each transport, started when it is first asked for, for many tests with a visitor each.
/// </summary>
public sealed class SharedSites(Chromium chromium) : IAsyncLifetime
{
    private readonly ConcurrentDictionary<(HtmxVersion, string), Lazy<Task<SampleSite>>> _sites = new();

    public PageExtensions Extensions { get; } = new();

    public Task<SampleSite> OnAsync(HtmxVersion version, string transport) =>
        _sites.GetOrAdd((version, transport), _ => new(() => SampleSite.StartAsync(
        chromium,
        version,
        settings: [$"--Sample:Transport={transport}", "--Sample:Policy=default-src 'self' 'unsafe-inline' 'unsafe-eval'"]))).Value;

    public ValueTask InitializeAsync() => Extensions.InitializeAsync();

    public async ValueTask DisposeAsync()
    {
        foreach (var site in _sites.Values)
        {
            await (await site.Value).DisposeAsync();
        }
    }
}
