using System.Diagnostics;
using System.Runtime.InteropServices;
using Pipulate.Tests;

namespace Pipulate.Stores.Hosting;

/// <summary>One node of an application (<c>tests/Pipulate.Node</c>), in a process of its own.</summary>
internal sealed partial class NodeProcess : IAsyncDisposable
{
    private const string Listening = "Now listening on: ";

    private readonly Process _process;
    private readonly List<string> _output = [];
    private readonly TaskCompletionSource<Uri> _listening = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private NodeProcess(Process process)
    {
        _process = process;
        process.EnableRaisingEvents = true;
        process.Exited += (_, _) => _listening.TrySetException(new InvalidOperationException("The node ended at its start."));
        process.OutputDataReceived += (_, line) => Take(line.Data);
        process.ErrorDataReceived += (_, line) => Take(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public Uri Address { get; private set; } = null!;

    public bool HasExited => _process.HasExited;

    public string Output
    {
        get
        {
            lock (_output)
            {
                return string.Join('\n', _output);
            }
        }
    }

    /// <param name="database">What all nodes share, as a connection string.</param>
    /// <param name="keys">The folder of the keys that all nodes share.</param>
    /// <param name="model">Where the model is.</param>
    /// <param name="settings">Further settings, such as <c>--Pipulate:Limits:Unwatched=00:01:00</c>.</param>
    public static async Task<NodeProcess> StartAsync(string database, string keys, Uri model, params string[] settings)
    {
        var configuration = new DirectoryInfo(AppContext.BaseDirectory).Name;
        var start = new ProcessStartInfo("dotnet") { WorkingDirectory = keys, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in (string[])
            [
                Path.Combine(Repository.Root, "artifacts", "bin", "Pipulate.Node", configuration, "Pipulate.Node.dll"),
                "--urls=http://127.0.0.1:0",
                $"--Database={database}",
                $"--Keys={keys}",
                $"--Pipulate:Ollama:Endpoint={model}",
                "--Pipulate:Schedule:Debounce=00:00:00",
                "--Pipulate:Limits:MessagesPerMinute=6000",
                "--Pipulate:Limits:MessageBurst=1000",
                .. settings,
            ])
        {
            start.ArgumentList.Add(argument);
        }

        foreach (var name in start.Environment.Keys.Where(name => name is "OLLAMA_HOST" || name.StartsWith("ASPNETCORE_", StringComparison.Ordinal) || name.StartsWith("Pipulate__", StringComparison.Ordinal)).ToList())
        {
            start.Environment.Remove(name);
        }

        var node = new NodeProcess(Process.Start(start)!);
        try
        {
            node.Address = await node._listening.Task.WaitAsync(TestTime.Timeout, TestContext.Current.CancellationToken);
            return node;
        }
        catch
        {
            await node.DisposeAsync();
            throw;
        }
    }

    /// <summary>Ends it without a word of warning.</summary>
    public async Task KillAsync()
    {
        Assert.Equal(0, SendSignal(_process.Id, 9));
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }

        // Shown where the test fails.
        TestContext.Current.TestOutputHelper?.WriteLine(Output);
        _process.Dispose();
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int SendSignal(int process, int signal);

    private void Take(string? line)
    {
        if (line is null)
        {
            return;
        }

        lock (_output)
        {
            _output.Add(line);
        }

        if (line.IndexOf(Listening, StringComparison.Ordinal) is var at and >= 0)
        {
            _listening.TrySetResult(new Uri(line[(at + Listening.Length)..].Trim()));
        }
    }
}
