using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Pipulate.Tests;

namespace Pipulate.Browser.Hosting;

/// <summary>The sample, running as a stranger runs it: a process of its own, with its settings on the command line.</summary>
public sealed partial class SampleProcess : IAsyncDisposable
{
    private const string Listening = "Now listening on: ";

    private readonly Process _process;
    private readonly List<string> _output = [];
    private readonly TaskCompletionSource<Uri> _listening = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private SampleProcess(Process process)
    {
        _process = process;
        process.EnableRaisingEvents = true;
        process.Exited += (_, _) => _listening.TrySetException(new InvalidOperationException("The sample ended at its start."));
        process.OutputDataReceived += (_, line) => Take(line.Data);
        process.ErrorDataReceived += (_, line) => Take(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public Uri Address { get; private set; } = null!;

    /// <summary>Where the sample's project is: also its content root.</summary>
    public static string Folder { get; } = Path.Combine(Repository.Root, "samples", "TodoWithCommentary");

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

    /// <summary>Starts it and waits until it answers.</summary>
    /// <param name="folder">A folder of the test's own, for the todos (<c>todo.db</c>), for what was said (<c>chat.db</c>) and for the keys that the sample keeps.</param>
    /// <param name="arguments">Settings such as <c>--Pipulate:Htmx=V4</c>.</param>
    /// <param name="port">Its port; 0 is any free one.</param>
    /// <param name="environment">Further environment variables.</param>
    public static async Task<SampleProcess> StartAsync(string folder, IEnumerable<string> arguments, int port = 0, Dictionary<string, string>? environment = null)
    {
        var sample = Launch(folder, [$"--urls=http://127.0.0.1:{port}", .. arguments], environment);
        try
        {
            sample.Address = await sample._listening.Task.WaitAsync(TestTime.Timeout, TestContext.Current.CancellationToken);
            using var trusting = new HttpClientHandler { ServerCertificateCustomValidationCallback = HttpClientHandler.DangerousAcceptAnyServerCertificateValidator };
            using var http = new HttpClient(trusting) { BaseAddress = sample.Address, Timeout = TestTime.Timeout };
            using var response = await http.GetAsync(new Uri("/", UriKind.Relative), TestContext.Current.CancellationToken);
            response.EnsureSuccessStatusCode();
            return sample;
        }
        catch
        {
            await sample.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts it and waits for its end.</summary>
    /// <returns>What it wrote, and how it ended.</returns>
    public static async Task<(string Output, int ExitCode)> RunToEndAsync(string folder, params string[] arguments)
    {
        await using var sample = Launch(folder, ["--urls=http://127.0.0.1:0", .. arguments], null);
        return (await sample.EndAsync(), sample._process.ExitCode);
    }

    /// <summary>Waits for its end.</summary>
    public async Task<string> EndAsync()
    {
        using var limit = new CancellationTokenSource(TestTime.Timeout);
        await _process.WaitForExitAsync(limit.Token);
        return Output;
    }

    /// <summary>Asks it to end, as an operator does.</summary>
    public void Terminate() => Assert.Equal(0, SendSignal(_process.Id, 15));

    /// <summary>Ends it without a word of warning, as the kernel does when memory is short.</summary>
    public async Task KillAsync()
    {
        Assert.Equal(0, SendSignal(_process.Id, 9));
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken);
    }

    public int ExitCode => _process.ExitCode;

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

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static SampleProcess Launch(string folder, IEnumerable<string> arguments, Dictionary<string, string>? environment)
    {
        var configuration = new DirectoryInfo(AppContext.BaseDirectory).Name;
        var start = new ProcessStartInfo("dotnet")
        {
            WorkingDirectory = Folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.ArgumentList.Add(Path.Combine(Repository.Root, "artifacts", "bin", "TodoWithCommentary", configuration, "TodoWithCommentary.dll"));
        start.ArgumentList.Add($"--Todo:Database={Path.Combine(folder, "todo.db")}");
        start.ArgumentList.Add($"--Chat:Database={Path.Combine(folder, "chat.db")}");
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        // What is set in a developer's shell must not decide a test, and no test may write keys into a developer's home.
        foreach (var name in start.Environment.Keys.Where(IsSetting).ToList())
        {
            start.Environment.Remove(name);
        }

        start.Environment["HOME"] = folder;
        foreach (var (name, value) in environment ?? [])
        {
            start.Environment[name] = value;
        }

        return new SampleProcess(Process.Start(start)!);
    }

    private static bool IsSetting(string name) =>
        name is "OLLAMA_HOST" or "DOTNET_ENVIRONMENT"
        || name.StartsWith("ASPNETCORE_", StringComparison.OrdinalIgnoreCase)
        || name.StartsWith("Pipulate__", StringComparison.OrdinalIgnoreCase)
        || name.StartsWith("Todo__", StringComparison.OrdinalIgnoreCase)
        || name.StartsWith("Chat__", StringComparison.OrdinalIgnoreCase);

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
