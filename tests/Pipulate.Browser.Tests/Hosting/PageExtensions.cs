using System.ComponentModel;
using System.Diagnostics;
using Pipulate.Tests;

namespace Pipulate.Browser.Hosting;

/// <summary>
/// Fetches the extensions of htmx that other people's pages load, by npm and held fast by Extensions/package-lock.json. Where npm cannot,
/// the tests are skipped and name the command.
/// </summary>
public sealed class PageExtensions : IAsyncLifetime
{
    private const string Command = "npm ci --ignore-scripts --no-audit --no-fund";

    private static readonly string Source = Path.Combine(Repository.Root, "tests", "Pipulate.Browser.Tests", "Extensions");
    private static readonly string Folder = Path.Combine(Repository.Root, "artifacts", "obj", "Pipulate.Browser.Tests", "extensions");
    private static readonly string[] Inputs = ["package.json", "package-lock.json", ".npmrc"];
    private static readonly SemaphoreSlim Once = new(1);

    private string? _missing;

    /// <summary>Reads a file of a package, such as <c>idiomorph/dist/idiomorph.js</c>.</summary>
    public string Read(string file)
    {
        Chromium.SkipIf(_missing);
        return File.ReadAllText(Path.Combine(Folder, "node_modules", file));
    }

    public async ValueTask InitializeAsync()
    {
        await Once.WaitAsync();
        try
        {
            await FetchAsync();
        }
        finally
        {
            Once.Release();
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private async Task FetchAsync()
    {
        var fetched = Path.Combine(Folder, "fetched");
        if (File.Exists(fetched)
            && Inputs.All(input => File.GetLastWriteTimeUtc(Path.Combine(Source, input)) < File.GetLastWriteTimeUtc(fetched)))
        {
            return;
        }

        Directory.CreateDirectory(Folder);
        foreach (var input in Inputs)
        {
            File.Copy(Path.Combine(Source, input), Path.Combine(Folder, input), overwrite: true);
        }

        if (await RunAsync() is { } problem)
        {
            _missing =
                $"The extensions of htmx cannot be fetched. Run this in tests/Pipulate.Browser.Tests/Extensions to see why: {Command}. {problem}";
            return;
        }

        await File.WriteAllTextAsync(fetched, "");
    }

    private static async Task<string?> RunAsync()
    {
        // npm is a script on Windows, and scripts are run by a shell.
        var start = OperatingSystem.IsWindows()
            ? new ProcessStartInfo("cmd", ["/c", .. Command.Split(' ')])
            : new ProcessStartInfo("npm", Command.Split(' ')[1..]);
        start.WorkingDirectory = Folder;
        start.RedirectStandardError = true;
        start.RedirectStandardOutput = true;
        try
        {
            using var npm = Process.Start(start)!;
            var output = npm.StandardOutput.ReadToEndAsync();
            var errors = await npm.StandardError.ReadToEndAsync();
            await output;
            await npm.WaitForExitAsync();
            return npm.ExitCode == 0 ? null : errors;
        }
        catch (Win32Exception exception)
        {
            return exception.Message;
        }
    }
}
