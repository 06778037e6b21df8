using Microsoft.Playwright;
using Pipulate.Tests;

namespace Pipulate.Browser.Hosting;

/// <summary>One real Chromium for all tests. Where there is none the tests are skipped, and say what mends it.</summary>
public sealed class Chromium : IAsyncLifetime
{
    internal const string Missing = "Chromium is missing. Mend it with: apt-get install chromium (or name one in PIPULATE_CHROMIUM).";

    private static readonly string[] Places =
        [
            "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome",
            "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"
        ];

    internal static readonly string[] Quiet =
    [
        "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
        "--disable-background-networking", "--disable-component-update", "--disable-sync",
        // A page that a test has rewritten on its way counts as one of another network.
        "--disable-features=LocalNetworkAccessChecks",
    ];

    private readonly SemaphoreSlim _clipboard = new(1, 1);
    private IPlaywright? _playwright;
    private IBrowser? _browser;
    private string? _missing;

    internal static string? Path { get; } = Environment.GetEnvironmentVariable("PIPULATE_CHROMIUM") is { Length: > 0 } named
        ? File.Exists(named) ? named : null
        : Places.FirstOrDefault(File.Exists);

    /// <summary>Waits until no other test uses the clipboard, of which the browser has only one.</summary>
    /// <returns>What gives it to the next when disposed.</returns>
    public async Task<IDisposable> TakeClipboardAsync()
    {
        await _clipboard.WaitAsync(TestContext.Current.CancellationToken);
        return new Clipboard(_clipboard);
    }

    /// <summary>
    /// Skips the test where there is no browser, and fails it where PIPULATE_REQUIRE_ALL=1 says that nothing may be missing.
    /// </summary>
    public void SkipWithout() => SkipIf(_missing);

    internal static void SkipIf(string? missing)
    {
        if (missing is not null)
        {
            Assert.SkipUnless(Environment.GetEnvironmentVariable("PIPULATE_REQUIRE_ALL") == "1", missing);
            Assert.Fail(missing);
        }
    }

    public async ValueTask InitializeAsync()
    {
        if (Path is null)
        {
            _missing = Missing;
            return;
        }

        Assertions.SetDefaultExpectTimeout((float)TestTime.Timeout.TotalMilliseconds);
        try
        {
            _playwright = await Playwright.CreateAsync();
        }
        catch (PlaywrightException exception) when (exception.Message.Contains("Driver not found", StringComparison.Ordinal))
        {
            _missing =
                "Playwright has no Node.js for this machine. Mend it with: apt-get install nodejs (and name it in PLAYWRIGHT_NODEJS_PATH).";
            return;
        }

        _browser = await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions { ExecutablePath = Path, Args = Quiet });
    }

    /// <summary>A visitor: cookies of their own.</summary>
    public async Task<IBrowserContext> NewVisitorAsync(ColorScheme scheme = ColorScheme.Light, int width = 1100, int height = 760)
    {
        var visitor = await _browser!.NewContextAsync(new BrowserNewContextOptions
        {
            ColorScheme = scheme,
            IgnoreHTTPSErrors = true,
            ViewportSize = new ViewportSize { Width = width, Height = height },
        });
        visitor.SetDefaultTimeout((float)TestTime.Timeout.TotalMilliseconds);
        return visitor;
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
        {
            await _browser.DisposeAsync();
        }

        _playwright?.Dispose();
        _clipboard.Dispose();
    }

    private sealed class Clipboard(SemaphoreSlim taken) : IDisposable
    {
        public void Dispose() => taken.Release();
    }
}
