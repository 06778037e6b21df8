using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Pipulate.Tests.Samples;

/// <summary>A sample, running as a process of its own beside a fake Ollama; what it writes can be awaited.</summary>
internal sealed partial class SampleProgram : IAsyncDisposable
{
    private readonly Process _process;
    private readonly Lock _gate = new();
    private string _output = "";
    private TaskCompletionSource _more = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private SampleProgram(Process process)
    {
        _process = process;
        _ = ReadAsync(process.StandardOutput);
        _ = ReadAsync(process.StandardError);
    }

    public int ExitCode => _process.ExitCode;

    public static SampleProgram Start(string name, Uri ollama, params string[] arguments)
    {
        var configuration = AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar).Split(Path.DirectorySeparatorChar)[^1];
        var start = new ProcessStartInfo("dotnet")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Path.Combine(Repository.Root, "samples", name),
            Environment = { ["OLLAMA_HOST"] = ollama.ToString() },
        };
        start.ArgumentList.Add(Path.Combine(Repository.Root, "artifacts", "bin", name, configuration, $"{name}.dll"));
        Array.ForEach(arguments, start.ArgumentList.Add);
        return new SampleProgram(Process.Start(start)!);
    }

    /// <summary>Waits until it serves.</summary>
    /// <returns>Where.</returns>
    public async Task<Uri> ListenAsync() => new(Listening().Match(await WaitAsync("Application started")).Groups[1].Value);

    public Task TypeAsync(string line) => _process.StandardInput.WriteLineAsync(line);

    /// <summary>Waits until it has written something.</summary>
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
                await more.WaitAsync(limit.Token);
            }
            catch (OperationCanceledException)
            {
                Assert.Fail($"It never wrote \"{text}\", but:\n{_output}");
            }
        }
    }

    public Task EndAsync() => _process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(TestTime.Timeout);

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync(CancellationToken.None);
        }

        _process.Dispose();
    }

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

    [GeneratedRegex(@"Now listening on: (http://\S+)")]
    private static partial Regex Listening();
}
