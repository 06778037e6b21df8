using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Npgsql;
using Pipulate.Tests;

namespace Pipulate.Stores.Hosting;

/// <summary>
/// A real PostgreSQL: the one that <c>PIPULATE_TEST_POSTGRES</c> names, else one of our own, made in a folder of its own and gone
/// afterwards.
/// Where there is neither, the tests are skipped, and say what mends it.
/// </summary>
public sealed partial class PostgreSqlServer : IAsyncLifetime
{
    private const string Variable = "PIPULATE_TEST_POSTGRES";
    private const string Ready = "database system is ready to accept connections";

    private readonly List<string> _schemas = [];
    private string? _server;
    private string? _folder;
    private Process? _process;
    private string? _programs;
    private int _port;

    private string Data => Path.Combine(_folder!, "data");

    /// <summary>
    /// Gives a schema of the test's own, as a connection string; skips the test where there is no server, and fails it where
    /// PIPULATE_REQUIRE_ALL=1 says that nothing may be missing.
    /// </summary>
    /// <param name="settings">Further settings of the connection string.</param>
    public async Task<string> NewSchemaAsync(string settings = "")
    {
        if (_server is null)
        {
            const string Missing =
                "PostgreSQL is missing. Install it with apt-get install postgresql, or name a database in "
                    + $"{Variable}, as an Npgsql connection string.";
            Assert.SkipUnless(Environment.GetEnvironmentVariable("PIPULATE_REQUIRE_ALL") == "1", Missing);
            Assert.Fail(Missing);
        }

        var schema = "pipulate_test_" + Guid.NewGuid().ToString("N");
        await ExecuteAsync($"CREATE SCHEMA {schema}");
        lock (_schemas)
        {
            _schemas.Add(schema);
        }

        return $"{_server};Search Path={schema};{settings}";
    }

    /// <summary>Restarts a server of our own: <c>pg_ctl restart -m fast</c>. Skips the test where it is somebody else's.</summary>
    public async Task RestartAsync()
    {
        Assert.SkipWhen(_process is null, $"The server that {Variable} names is not the tests' to restart.");
        _ = SendSignal(_process!.Id, 2);
        await _process.WaitForExitAsync();
        _process.Dispose();
        await RunAsync();
    }

    public async Task ExecuteAsync(string sql)
    {
        // Of no pool: those in it do not outlive a restart.
        await using var connection = new NpgsqlConnection($"{_server};Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    public async ValueTask InitializeAsync()
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } named)
        {
            _server = named;
        }
        else if (FindPrograms() is { } programs)
        {
            await StartAsync(programs);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is null)
        {
            foreach (var schema in _schemas)
            {
                await ExecuteAsync($"DROP SCHEMA {schema} CASCADE");
            }

            return;
        }

        // Its "fast" shutdown: it lets go of whoever is still connected.
        _ = SendSignal(_process.Id, 2);
        await _process.WaitForExitAsync();
        _process.Dispose();
        Directory.Delete(_folder!, recursive: true);
    }

    /// <summary>Debian keeps the server's programs out of the path, a folder for each version.</summary>
    private static string? FindPrograms()
    {
        const string Debian = "/usr/lib/postgresql";
        return Directory.Exists(Debian)
            ? Directory.GetDirectories(Debian)
                .Select(version => Path.Combine(version, "bin"))
                .Where(programs => File.Exists(Path.Combine(programs, "postgres")) && File.Exists(Path.Combine(programs, "initdb")))
                .MaxBy(programs => float.TryParse(
                    Path.GetFileName(Path.GetDirectoryName(programs)), CultureInfo.InvariantCulture, out var version) ? version : 0)
            : null;
    }

    private async Task StartAsync(string programs)
    {
        _folder = Directory.CreateTempSubdirectory("pipulate-postgres-").FullName;
        if (Environment.IsPrivilegedProcess)
        {
            // It refuses to run as root: Debian's own user runs it then.
            await RunAsync("chown", "postgres", _folder);
        }

        (_programs, _port) = (programs, FreePort());
        await RunAsync(
            Path.Combine(programs, "initdb"),
            "--pgdata",
            Data,
            "--username",
            "postgres",
            "--auth",
            "trust",
            "--encoding",
            "UTF8",
            "--locale",
            "C",
            "--no-sync");
        await RunAsync();
        _server = $"Host=127.0.0.1;Port={_port};Database=postgres;Username=postgres";
    }

    private async Task RunAsync()
    {
        var ready = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _process = Start(
            Path.Combine(_programs!, "postgres"),
            ["-D", Data, "-p", _port.ToString(CultureInfo.InvariantCulture),
            "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", "-c", "fsync=off"]);
        _process.EnableRaisingEvents = true;
        _process.Exited += (_, _) => ready.TrySetException(new InvalidOperationException("PostgreSQL ended at its start."));
        _process.OutputDataReceived += (_, _) => { };
        _process.ErrorDataReceived += (_, line) =>
        {
            if (line.Data?.Contains(Ready, StringComparison.Ordinal) is true)
            {
                ready.TrySetResult();
            }
        };
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        await ready.Task.WaitAsync(TestTime.Timeout);
    }

    private static async Task RunAsync(string program, params string[] arguments)
    {
        using var process = Start(program, arguments);
        var output = await Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, string.Concat(output));
    }

    private static Process Start(string program, params string[] arguments)
    {
        var asUser = Environment.IsPrivilegedProcess && program.StartsWith('/');
        var start = new ProcessStartInfo(asUser ? "setpriv" : program)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = "/",
            Environment = { ["LC_ALL"] = "C" },
        };
        foreach (var argument in asUser ? ["--reuid=postgres", "--regid=postgres", "--clear-groups", program, .. arguments] : arguments)
        {
            start.ArgumentList.Add(argument);
        }

        return Process.Start(start)!;
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int SendSignal(int process, int signal);
}
