using System.Diagnostics;
using System.Text;

namespace Pipulate.Packages.Hosting;

/// <summary>
/// An empty folder far from the checkout, as a stranger has it who has only the packed packages and the SDK. Packages are restored into a
/// folder of its own, or those of an older build that the machine's cache has under the same version would be taken.
/// </summary>
internal sealed class Workplace : IDisposable
{
    /// <summary>Said to every build: a node of MSBuild that stays would keep the output open, and this folder.</summary>
    public const string NoNodes = "-nodeReuse:false";

    // A build of twelve applications on a machine that tests something else at the same time.
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("pipulate-packages-");

    public Workplace(string packages)
    {
        Write("nuget.config", $"""<configuration><packageSources><add key="pipulate-packed" value="{packages}" /></packageSources></configuration>""");
        // Nobody's settings above this folder reach into it.
        Write("Directory.Build.props", "<Project />");
        Write("Directory.Build.targets", "<Project />");
        Write("Directory.Packages.props", "<Project />");
    }

    public string Folder => _folder.FullName;

    public void Write(string file, string text)
    {
        var path = Path.Combine(Folder, file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }

    public string Read(string file) => File.ReadAllText(Path.Combine(Folder, file));

    /// <summary>Runs dotnet in here, or in a folder of this one.</summary>
    public Task<string> DotnetAsync(string arguments, string folder = "") =>
        RunAsync("dotnet", arguments, Path.Combine(Folder, folder), Folder);

    /// <summary>The same for what may fail: null where it went well, else what it wrote.</summary>
    public async Task<string?> TryDotnetAsync(string arguments, string folder)
    {
        var (exitCode, output) = await EndAsync("dotnet", arguments, Path.Combine(Folder, folder), Folder);
        return exitCode == 0 ? null : output;
    }

    /// <summary>Runs a command to its end, which must be a good one, and returns what it wrote.</summary>
    /// <param name="command">What.</param>
    /// <param name="arguments">With what.</param>
    /// <param name="folder">Where.</param>
    /// <param name="cache">The folder for the packages that are restored; null is the machine's.</param>
    public static async Task<string> RunAsync(string command, string arguments, string folder, string? cache = null)
    {
        var (exitCode, output) = await EndAsync(command, arguments, folder, cache);
        Assert.True(exitCode == 0, $"{command} {arguments} ended with {exitCode}:\n{output}");
        return output;
    }

    /// <summary>
    /// Leaves out of an environment what belongs to the run of these tests, and what a developer has set for their own applications.
    /// </summary>
    public static void Clean(ProcessStartInfo start)
    {
        foreach (var name in start.Environment.Keys.Where(IsOurs).ToList())
        {
            start.Environment.Remove(name);
        }

        start.Environment["DOTNET_CLI_UI_LANGUAGE"] = "en";
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private static async Task<(int ExitCode, string Output)> EndAsync(string command, string arguments, string folder, string? cache)
    {
        // Builds take turns with the tests of other projects, which measure.
        var start = new ProcessStartInfo(
            "nice",
            $"-n 10 {command} {arguments}")
        { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        Clean(start);
        if (cache is not null)
        {
            start.Environment["NUGET_PACKAGES"] = Path.Combine(cache, "nuget");
        }

        var output = new StringBuilder();
        using var process = new Process { StartInfo = start };
        process.OutputDataReceived += Take;
        process.ErrorDataReceived += Take;
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(Limit);
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{command} {arguments} was not done in {Limit}. It wrote:\n{Written()}");
        }

        return (process.ExitCode, Written());

        void Take(object sender, DataReceivedEventArgs line)
        {
            lock (output)
            {
                output.AppendLine(line.Data);
            }
        }

        string Written()
        {
            lock (output)
            {
                return output.ToString();
            }
        }
    }

    private static bool IsOurs(string name) =>
        name is "OLLAMA_HOST" or "DOTNET_ENVIRONMENT" or "NUGET_PACKAGES"
        || ((string[])["MSBUILD", "VSTEST", "ASPNETCORE_", "PIPULATE_", "TESTINGPLATFORM"]).Any(
            start => name.StartsWith(start, StringComparison.OrdinalIgnoreCase));
}
