using System.Net;
using System.Net.Sockets;
using Pipulate.Tests;

namespace Pipulate.Browser.Hosting;

/// <summary>The sample, running as a stranger runs it: a process of its own, with its settings on the command line.</summary>
public sealed class SampleProcess : IAsyncDisposable
{
    private readonly ProgramProcess _program;

    private SampleProcess(ProgramProcess program) => _program = program;

    public Uri Address { get; private set; } = null!;

    /// <summary>Where the sample's project is: also its content root.</summary>
    public static string Folder { get; } = Path.Combine(Repository.Root, "samples", "TodoWithCommentary");

    public string Output => _program.Output;

    public int ExitCode => _program.ExitCode;

    /// <summary>Starts it and waits until it answers.</summary>
    /// <param name="folder">
    /// A folder of the test's own, for the todos (<c>todo.db</c>), for what was said (<c>chat.db</c>) and for the keys that the sample
    /// keeps.
    /// </param>
    /// <param name="arguments">Settings such as <c>--Pipulate:Htmx=V4</c>.</param>
    /// <param name="port">Its port; 0 is any free one.</param>
    /// <param name="environment">Further environment variables.</param>
    public static async Task<SampleProcess> StartAsync(
        string folder, IEnumerable<string> arguments, int port = 0, Dictionary<string, string>? environment = null)
    {
        var sample = Launch(folder, [$"--urls=http://127.0.0.1:{port}", .. arguments], environment);
        try
        {
            sample.Address = await sample._program.ListenAsync();
            using var trusting = new HttpClientHandler
            {
                ServerCertificateCustomValidationCallback = HttpClientHandler.DangerousAcceptAnyServerCertificateValidator
            };
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
        return (await sample.EndAsync(), sample.ExitCode);
    }

    /// <summary>Waits for its end.</summary>
    public Task<string> EndAsync() => _program.EndAsync();

    /// <summary>Asks it to end, as an operator does.</summary>
    public void Terminate() => _program.Terminate();

    /// <summary>Ends it without a word of warning, as the kernel does when memory is short.</summary>
    public Task KillAsync() => _program.KillAsync();

    public ValueTask DisposeAsync() => _program.DisposeAsync();

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>No test may write keys into a developer's home.</summary>
    private static SampleProcess Launch(string folder, IEnumerable<string> arguments, Dictionary<string, string>? environment) =>
        new(ProgramProcess.Start(
        "TodoWithCommentary",
        Folder,
        [$"--Todo:Database={Path.Combine(folder, "todo.db")}", $"--Chat:Database={Path.Combine(folder, "chat.db")}", .. arguments],
        [KeyValuePair.Create("HOME", folder), .. environment ?? []]));
}
