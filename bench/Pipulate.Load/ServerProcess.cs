using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Pipulate.Load;

/// <summary>A server under load: a process of its own, so that its time is its own.</summary>
internal sealed partial class ServerProcess : IDisposable
{
    private readonly Process _process;
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromMinutes(2) };

    private ServerProcess(string kind, Process process, int port)
    {
        (Kind, _process, Port) = (kind, process, port);
        _http.BaseAddress = new Uri($"http://127.0.0.1:{(kind == "floor" ? port + 1 : port)}");
    }

    public string Kind { get; }

    public int Port { get; }

    public Uri Address => _http.BaseAddress!;

    /// <summary>The processor time that the process has used, to the nanosecond.</summary>
    public TimeSpan Cpu
    {
        get
        {
            // The clock of another process (clock_getcpuclockid): its id inverted, shifted, with CPUCLOCK_SCHED.
            if (GetTime((~_process.Id << 3) | 2, out var time) != 0)
            {
                throw new InvalidOperationException($"The server \"{Kind}\" is gone.");
            }

            return TimeSpan.FromTicks((time.Seconds * TimeSpan.TicksPerSecond) + (time.Nanoseconds / 100));
        }
    }

    public static async Task<ServerProcess> StartAsync(string kind, Uri? model = null, string? keys = null, string? build = null)
    {
        var port = FreePort();
        var folder = Path.Combine(AppContext.BaseDirectory, "servers");
        var start = kind switch
        {
            "starlette" => new ProcessStartInfo("/usr/bin/python3", [Path.Combine(folder, "starlette_server.py"), $"{port}"]),
            "ws" => new ProcessStartInfo("node", [Path.Combine(folder, "ws_server.mjs"), $"{port}"]),
            _ when build is not null => new ProcessStartInfo("dotnet", [build, "serve", kind, $"http://127.0.0.1:{port}"]),
            _ => new ProcessStartInfo(Environment.ProcessPath!, [.. Self(), "serve", kind, $"http://127.0.0.1:{port}"]),
        };
        start.Environment["ASPNETCORE_ENVIRONMENT"] = "Production";
        if (model is not null)
        {
            start.Environment["LOAD_MODEL"] = model.ToString();
        }

        if (keys is not null)
        {
            start.Environment["LOAD_KEYS"] = keys;
        }

        var server = new ServerProcess(kind, Process.Start(start)!, port);
        for (var i = 0; ; i++)
        {
            try
            {
                using var answer = await server._http.GetAsync(new Uri("/", UriKind.Relative));
                return server;
            }
            catch (HttpRequestException) when (i < 100 && !server._process.HasExited)
            {
                await Task.Delay(100);
            }
        }
    }

    public async Task StreamAsync(int first, int count, int rate, int padding = 0)
    {
        using var answer =
            await _http.PostAsync(new Uri($"/go?first={first}&count={count}&rate={rate}&padding={padding}", UriKind.Relative), null);
        answer.EnsureSuccessStatusCode();
    }

    public async Task<long> MeasureAsync(string what) =>
        long.Parse(await _http.GetStringAsync(new Uri($"/{what}", UriKind.Relative)), CultureInfo.InvariantCulture);

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
        _http.Dispose();
    }

    private static string[] Self() =>
        Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" ? [Environment.GetCommandLineArgs()[0]] : [];

    private static int FreePort()
    {
        // Two in a row: the floor's control is beside its socket.
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    private static partial int GetTime(int clock, out TimeSpec time);

    [StructLayout(LayoutKind.Sequential)]
    private struct TimeSpec
    {
        public long Seconds;
        public long Nanoseconds;
    }
}
