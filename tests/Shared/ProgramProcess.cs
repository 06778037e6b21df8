using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Pipulate.Tests;

/// <summary>
/// A program of this repository, running as a stranger runs it: a process of its own, built in the configuration of these tests. What it
/// writes can be awaited.
/// </summary>
internal sealed partial class ProgramProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly Lock _gate = new();
    private readonly Task _reading;
    private string _output = "";
    private TaskCompletionSource _more = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ProgramProcess(Process process)
    {
        _process = process;
        _reading = Task.WhenAll(ReadAsync(process.StandardOutput), ReadAsync(process.StandardError));
    }

    /// <summary>All that it has written so far.</summary>
    public string Output
    {
        get
        {
            lock (_gate)
            {
                return _output;
            }
        }
    }

    public bool HasExited => _process.HasExited;

    public int ExitCode => _process.ExitCode;

    /// <param name="name">The program's project, and its assembly.</param>
    /// <param name="folder">Where it runs.</param>
    /// <param name="arguments">Its command line.</param>
    /// <param name="environment">What is set for it. What is set in a developer's shell does not decide a test.</param>
    public static ProgramProcess Start(
        string name, string folder, IEnumerable<string> arguments, params IEnumerable<KeyValuePair<string, string>> environment)
    {
        var configuration = new DirectoryInfo(AppContext.BaseDirectory).Name;
        var start = new ProcessStartInfo(
            "dotnet", [Path.Combine(Repository.Root, "artifacts", "bin", name, configuration, $"{name}.dll"), .. arguments])
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var setting in start.Environment.Keys.Where(IsSetting).ToList())
        {
            start.Environment.Remove(setting);
        }

        // It lives for seconds: what its code would gain from being observed, it does not get back.
        start.Environment["DOTNET_TieredPGO"] = "0";
        foreach (var (key, value) in environment)
        {
            start.Environment[key] = value;
        }

        return new ProgramProcess(Process.Start(start)!);
    }

    /// <summary>Waits until it serves.</summary>
    /// <returns>Where.</returns>
    public async Task<Uri> ListenAsync() => new(Listening().Match(await WaitAsync("Application started")).Groups[1].Value);

    /// <summary>Waits until it has written something. Fails when it ends without.</summary>
    /// <returns>All that it has written.</returns>
    public async Task<string> WaitAsync(string text)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TestTime.Timeout);
        while (true)
        {
            Task more;
            lock (_gate)
            {
                if (_output.Contains(text, StringComparison.Ordinal))
                {
                    return _output;
                }

                more = _more.Task;
            }

            try
            {
                Assert.False(await Task.WhenAny(more, _reading).WaitAsync(limit.Token) == _reading
                    && !Output.Contains(text, StringComparison.Ordinal), $"It ended, and never wrote \"{text}\", but:\n{Output}");
            }
            catch (OperationCanceledException)
            {
                Assert.Fail($"It never wrote \"{text}\", but:\n{Output}");
            }
        }
    }

    public Task TypeAsync(string line) => _process.StandardInput.WriteLineAsync(line);

    /// <summary>Asks it to end, as an operator does.</summary>
    public void Terminate() => Signal(15);

    /// <summary>Ends it without a word of warning, as the kernel does when memory is short.</summary>
    public async Task KillAsync()
    {
        Signal(9);
        await EndAsync();
    }

    /// <summary>Waits for its end.</summary>
    /// <returns>All that it wrote.</returns>
    public async Task<string> EndAsync()
    {
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(TestTime.Timeout);
        await _reading;
        return Output;
    }

    public void Signal(int signal)
    {
        using var kill = Process.Start(
            "kill", [$"-{signal.ToString(CultureInfo.InvariantCulture)}", _process.Id.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
        Assert.Equal(0, kill.ExitCode);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync(CancellationToken.None);
        }

        // Shown where the test fails.
        TestContext.Current.TestOutputHelper?.WriteLine(Output);
        _process.Dispose();
    }

    private static bool IsSetting(string name) =>
        name is "OLLAMA_HOST" or "DOTNET_ENVIRONMENT"
        || ((string[])["ASPNETCORE_", "Pipulate__", "Todo__", "Chat__"]).Any(
            prefix => name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase));

    private async Task ReadAsync(StreamReader reader)
    {
        var buffer = new char[1024];
        while (await reader.ReadAsync(buffer) is > 0 and var read)
        {
            TaskCompletionSource more;
            lock (_gate)
            {
                _output += new string(buffer, 0, read);
                more = _more;
                _more = new(TaskCreationOptions.RunContinuationsAsynchronously);
            }

            more.SetResult();
        }
    }

    [GeneratedRegex(@"Now listening on: (https?://\S+)")]
    private static partial Regex Listening();
}
