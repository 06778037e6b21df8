using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Pipulate.Tests;

namespace Pipulate.Browser.Hosting;

/// <summary>The sample, running as a stranger runs it: a process of its own, with its settings on the command line.</summary>
public sealed partial class SampleProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly List<string> _output = [];

    private SampleProcess(Process process, Uri address)
    {
        _process = process;
        Address = address;
        process.OutputDataReceived += (_, line) => Take(line.Data);
        process.ErrorDataReceived += (_, line) => Take(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public Uri Address { get; }

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
    /// <param name="arguments">Settings such as <c>--Pipulate:Htmx=V4</c>.</param>
    /// <param name="port">Its port; 0 is any free one.</param>
    /// <param name="environment">Further environment variables.</param>
    public static async Task<SampleProcess> StartAsync(IEnumerable<string> arguments, int port = 0, Dictionary<string, string>? environment = null)
    {
        var sample = Launch(arguments, port == 0 ? FreePort() : port, environment);
        using var http = new HttpClient { BaseAddress = sample.Address };
        using var limit = new CancellationTokenSource(TestTime.Timeout * 2);
        while (true)
        {
            if (sample._process.HasExited)
            {
                Assert.Fail($"The sample ended at its start:\n{sample.Output}");
            }

            try
            {
                using var response = await http.GetAsync(new Uri("/site.css", UriKind.Relative), limit.Token);
                return sample;
            }
            catch (HttpRequestException)
            {
                // Nobody listens yet: asked again until somebody does or the limit is reached.
                await Task.Yield();
            }
        }
    }

    /// <summary>Starts it and waits for its end.</summary>
    /// <returns>What it wrote, and how it ended.</returns>
    public static async Task<(string Output, int ExitCode)> RunToEndAsync(params string[] arguments)
    {
        await using var sample = Launch(arguments, FreePort(), null);
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

    public int ExitCode => _process.ExitCode;

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static SampleProcess Launch(IEnumerable<string> arguments, int port, Dictionary<string, string>? environment)
    {
        var address = new Uri($"http://127.0.0.1:{port}");
        var configuration = new DirectoryInfo(AppContext.BaseDirectory).Name;
        var start = new ProcessStartInfo("dotnet")
        {
            WorkingDirectory = Folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.ArgumentList.Add(Path.Combine(Repository.Root, "artifacts", "bin", "TodoWithCommentary", configuration, "TodoWithCommentary.dll"));
        start.ArgumentList.Add($"--urls={address}");
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment.Remove("OLLAMA_HOST");
        foreach (var (name, value) in environment ?? [])
        {
            start.Environment[name] = value;
        }

        return new SampleProcess(Process.Start(start)!, address);
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int SendSignal(int process, int signal);

    private void Take(string? line)
    {
        if (line is not null)
        {
            lock (_output)
            {
                _output.Add(line);
            }
        }
    }
}
