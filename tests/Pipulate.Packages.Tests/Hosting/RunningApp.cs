using System.Diagnostics;
using Pipulate.Tests;

namespace Pipulate.Packages.Hosting;

/// <summary>An application that was built here, running as a process of its own.</summary>
internal sealed class RunningApp : IAsyncDisposable
{
    private const string Listening = "Now listening on: ";

    private readonly Process _process;
    private readonly List<string> _output = [];
    private readonly TaskCompletionSource<Uri> _listening = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private RunningApp(Process process)
    {
        _process = process;
        process.EnableRaisingEvents = true;
        process.Exited += (_, _) => _listening.TrySetException(new InvalidOperationException("The application ended at its start."));
        process.OutputDataReceived += (_, line) => Take(line.Data);
        process.ErrorDataReceived += (_, line) => Take(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public Uri Address { get; private set; } = null!;

    /// <summary>Starts the build of a project, as a developer's machine does, and waits until it listens.</summary>
    /// <param name="project">The folder of the project, whose name is that of its assembly.</param>
    /// <param name="arguments">Settings.</param>
    public static async Task<RunningApp> StartAsync(string project, params string[] arguments)
    {
        var start =
            new ProcessStartInfo("dotnet") { WorkingDirectory = project, RedirectStandardOutput = true, RedirectStandardError = true };
        Workplace.Clean(start);
        start.Environment["ASPNETCORE_ENVIRONMENT"] = "Development";
        // No test writes keys into a developer's home.
        start.Environment["HOME"] = project;
        foreach (var argument in (string[])[
            Path.Combine(project, "bin", "Debug", "net10.0", $"{Path.GetFileName(project)}.dll"), "--urls=http://127.0.0.1:0", .. arguments
        ])
        {
            start.ArgumentList.Add(argument);
        }

        var app = new RunningApp(Process.Start(start)!);
        try
        {
            app.Address = await app._listening.Task.WaitAsync(TestTime.Timeout, TestContext.Current.CancellationToken);
            return app;
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }

        // Shown where the test fails.
        lock (_output)
        {
            TestContext.Current.TestOutputHelper?.WriteLine(string.Join('\n', _output));
        }

        _process.Dispose();
    }

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
