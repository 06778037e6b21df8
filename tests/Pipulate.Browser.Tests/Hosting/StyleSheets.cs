using System.Diagnostics;
using Pipulate.Tests;

namespace Pipulate.Browser.Hosting;

/// <summary>
/// Fetches the style sheets that other people's pages load, by npm and held fast by package-lock.json. Where npm cannot, the tests are
/// skipped and name the command.
/// </summary>
public sealed class StyleSheets : IAsyncLifetime
{
    private const string Command = "npm ci --ignore-scripts --no-audit --no-fund";

    private static readonly string Source = Path.Combine(Repository.Root, "tests", "Pipulate.Browser.Tests");
    private static readonly string Folder = Path.Combine(Repository.Root, "artifacts", "obj", "Pipulate.Browser.Tests", "npm");
    private static readonly string[] Inputs = ["package.json", "package-lock.json", ".npmrc"];

    private string? _missing;

    /// <summary>Gets the sheet of a page by a short name.</summary>
    public string Read(string name)
    {
        Chromium.SkipIf(_missing);
        return name switch
        {
            "none" => "",
            "preflight" => $"@layer base {{ {File("tailwindcss/preflight.css")} }}",
            "preflight-unlayered" => File("tailwindcss/preflight.css"),
            "bootstrap" => File("bootstrap/dist/css/bootstrap.css"),
            "pico" => File("@picocss/pico/css/pico.css"),
            "water" => File("water.css/out/water.css"),
            "bulma" => File("bulma/css/bulma.css"),
            "simple" => File("simpledotcss/simple.css"),
            "sakura" => File("sakura.css/css/sakura.css"),
            "normalize" => File("normalize.css/normalize.css"),
            _ => throw new ArgumentException($"There is no sheet \"{name}\".", nameof(name)),
        };
    }

    public async ValueTask InitializeAsync()
    {
        var fetched = Path.Combine(Folder, "fetched");
        if (System.IO.File.Exists(fetched) && Inputs.All(
            input => System.IO.File.GetLastWriteTimeUtc(Path.Combine(Source, input)) < System.IO.File.GetLastWriteTimeUtc(fetched)))
        {
            return;
        }

        Directory.CreateDirectory(Folder);
        foreach (var input in Inputs)
        {
            System.IO.File.Copy(Path.Combine(Source, input), Path.Combine(Folder, input), overwrite: true);
        }

        if (await RunAsync() is { } problem)
        {
            _missing = $"The style sheets cannot be fetched. Run this in tests/Pipulate.Browser.Tests to see why: {Command}. {problem}";
            return;
        }

        await System.IO.File.WriteAllTextAsync(fetched, "");
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

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
        catch (System.ComponentModel.Win32Exception exception)
        {
            return exception.Message;
        }
    }

    private static string File(string path) => System.IO.File.ReadAllText(Path.Combine(Folder, "node_modules", path));
}
