using Microsoft.Playwright;
using Pipulate.Tests;

namespace Pipulate.Browser.Hosting;

/// <summary>One real Chromium for all tests. Where there is none the tests are skipped, and say what mends it.</summary>
public sealed class Chromium : IAsyncLifetime
{
    private static readonly string[] Places =
        ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome", "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"];

    private static readonly string[] Quiet =
    [
        "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
        "--disable-background-networking", "--disable-component-update", "--disable-sync",
    ];

    private IPlaywright? _playwright;
    private IBrowser? _browser;

    public static string? Path { get; } = Environment.GetEnvironmentVariable("PIPULATE_CHROMIUM") is { Length: > 0 } named
        ? File.Exists(named) ? named : null
        : Places.FirstOrDefault(File.Exists);

    public static void SkipWithout()
    {
        if (Path is null)
        {
            const string Mend = "Chromium is missing. Mend it with: apt-get install chromium (or name one in PIPULATE_CHROMIUM).";
            Assert.SkipUnless(Environment.GetEnvironmentVariable("PIPULATE_REQUIRE_ALL") == "1", Mend);
            Assert.Fail(Mend);
        }
    }

    public async ValueTask InitializeAsync()
    {
        if (Path is not null)
        {
            _playwright = await Playwright.CreateAsync();
            _browser = await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions { ExecutablePath = Path, Args = Quiet });
        }
    }

    /// <summary>A visitor: cookies of their own.</summary>
    public async Task<IBrowserContext> NewVisitorAsync(ColorScheme scheme = ColorScheme.Light, int width = 1100, int height = 760)
    {
        var visitor = await _browser!.NewContextAsync(new BrowserNewContextOptions
        {
            ColorScheme = scheme,
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
    }
}
