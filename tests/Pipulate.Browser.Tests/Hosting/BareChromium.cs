using System.Diagnostics;
using Pipulate.Tests;

namespace Pipulate.Browser.Hosting;

/// <summary>
/// A Chromium that nobody arranges for tests: tabs go into the background, and the Back button brings pages from its cache.
/// </summary>
public sealed class BareChromium : IAsyncLifetime
{
    private const string Listening = "DevTools listening on ";

    private readonly DirectoryInfo _profile = Directory.CreateTempSubdirectory("pipulate-");
    private Process? _process;
    private DevTools? _tools;

    public async ValueTask InitializeAsync()
    {
        if (Chromium.Path is not { } path)
        {
            return;
        }

        var start = new ProcessStartInfo(path) { RedirectStandardError = true, RedirectStandardOutput = true };
        foreach (var argument in (string[])[
            .. Chromium.Quiet, "--headless=new", "--remote-debugging-port=0", $"--user-data-dir={_profile.FullName}",
            "--window-size=1100,760", "about:blank"
        ])
        {
            start.ArgumentList.Add(argument);
        }

        var listening = new TaskCompletionSource<Uri>(TaskCreationOptions.RunContinuationsAsynchronously);
        _process = Process.Start(start)!;
        _process.ErrorDataReceived += (_, line) =>
        {
            if (line.Data is { } text && text.StartsWith(Listening, StringComparison.Ordinal))
            {
                listening.TrySetResult(new Uri(text[Listening.Length..]));
            }
        };
        _process.BeginErrorReadLine();
        _process.BeginOutputReadLine();
        _tools = await DevTools.ConnectAsync(await listening.Task.WaitAsync(TestTime.Timeout));
    }

    /// <summary>As the other Chromium does.</summary>
    public static void SkipWithout() => Chromium.SkipIf(Chromium.Path is null ? Chromium.Missing : null);

    /// <summary>A visitor with cookies of their own, and a first tab.</summary>
    public async Task<BareTab> NewVisitorAsync()
    {
        var visitor = (await _tools!.SendAsync("Target.createBrowserContext")).GetProperty("browserContextId").GetString()!;
        return await BareTab.OpenAsync(_tools, visitor);
    }

    public async ValueTask DisposeAsync()
    {
        if (_tools is not null)
        {
            await _tools.DisposeAsync();
        }

        if (_process is not null)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
            _process.Dispose();
        }

        _profile.Delete(recursive: true);
    }
}
