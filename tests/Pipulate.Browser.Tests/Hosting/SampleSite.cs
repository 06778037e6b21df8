using Microsoft.Playwright;
using Pipulate.FakeOllama;

namespace Pipulate.Browser.Hosting;

/// <summary>The running sample beside a fake Ollama, and visitors in Chromium.</summary>
public sealed class SampleSite : IAsyncDisposable
{
    private readonly Chromium? _chromium;
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("pipulate-");
    private readonly List<IBrowserContext> _visitors = [];

    private readonly string[] _settings;

    private SampleSite(Chromium? chromium, FakeOllamaServer ollama, HtmxVersion version, string[] settings)
    {
        _settings = settings;
        _chromium = chromium;
        Ollama = ollama;
        Version = version;
    }

    public FakeOllamaServer Ollama { get; }

    public SampleProcess Sample { get; private set; } = null!;

    private HtmxVersion Version { get; }

    private string Certificate => Path.Combine(_folder.FullName, "site.pfx");

    /// <summary>
    /// Starts both, with further settings such as <c>--Pipulate:Limits:Generations=1</c>; without a model there is nobody at the address
    /// that the sample asks, and with a certificate it is served by https.
    /// </summary>
    public static async Task<SampleSite> StartAsync(
        Chromium chromium, HtmxVersion version, bool withModel = true, byte[]? withCertificate = null, params string[] settings)
    {
        chromium.SkipWithout();
        return await StartAsync(
            new SampleSite(chromium, await FakeOllamaServer.StartAsync(), version, settings), withModel, withCertificate);
    }

    /// <summary>Starts both, for visitors in tabs of the bare Chromium.</summary>
    public static async Task<SampleSite> StartBareAsync(HtmxVersion version, params string[] settings)
    {
        BareChromium.SkipWithout();
        return await StartAsync(new SampleSite(null, await FakeOllamaServer.StartAsync(), version, settings), withModel: true, null);
    }

    /// <summary>Starts the sample, where it ran before if it did.</summary>
    public async Task StartSampleAsync()
    {
        var before = Sample;
        if (before is not null)
        {
            await before.DisposeAsync();
        }

        string[] settings = [$"--Pipulate:Htmx={Version}", $"--Pipulate:Ollama:Endpoint={Ollama.Endpoint}", .. _settings];
        if (File.Exists(Certificate))
        {
            settings = [.. settings, "--urls=https://127.0.0.1:0", $"--Kestrel:Certificates:Default:Path={Certificate}"];
        }

        Sample = await SampleProcess.StartAsync(_folder.FullName, settings, before?.Address.Port ?? 0);
    }

    /// <summary>Loses what was said, as an application without a store does when it ends. The sample must not run.</summary>
    public void ForgetConversations()
    {
        foreach (var file in _folder.GetFiles("chat.db*"))
        {
            file.Delete();
        }
    }

    public async Task<IBrowserContext> NewVisitorAsync(ColorScheme scheme = ColorScheme.Light, int width = 1100)
    {
        var visitor = await _chromium!.NewVisitorAsync(scheme, width);
        _visitors.Add(visitor);
        return visitor;
    }

    /// <summary>A page of a visitor, loaded and connected.</summary>
    public async Task<TodoPage> OpenAsync(IBrowserContext? visitor = null)
    {
        var page = await TodoPage.OpenAsync(await (visitor ?? await NewVisitorAsync()).NewPageAsync(), Sample.Address);
        return page;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var visitor in _visitors)
        {
            await visitor.DisposeAsync();
        }

        if (Sample is not null)
        {
            await Sample.DisposeAsync();
        }

        await Ollama.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    private static async Task<SampleSite> StartAsync(SampleSite site, bool withModel, byte[]? withCertificate)
    {
        if (withCertificate is not null)
        {
            await File.WriteAllBytesAsync(site.Certificate, withCertificate, TestContext.Current.CancellationToken);
        }

        if (!withModel)
        {
            await site.Ollama.StopAsync();
        }

        try
        {
            await site.StartSampleAsync();
            return site;
        }
        catch
        {
            await site.DisposeAsync();
            throw;
        }
    }
}
