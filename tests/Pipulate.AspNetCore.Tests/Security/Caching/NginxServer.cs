using System.Diagnostics;
using System.Net.Sockets;

namespace Pipulate.Tests.Security.Caching;

/// <summary>
/// nginx as a shared cache before the application, with the settings that its manual begins with: a key of the address alone, and a minute
/// for what does not say how long it keeps.
/// </summary>
internal sealed class NginxServer : IAsyncDisposable
{
    private const string Missing = "nginx is missing. Install it with: apt-get install nginx-light";

    private static readonly string[] Places = ["/usr/sbin/nginx", "/usr/bin/nginx", "/usr/local/bin/nginx", "/opt/homebrew/bin/nginx"];

    private readonly Process _process;
    private readonly DirectoryInfo _folder;

    private NginxServer(Process process, DirectoryInfo folder, Uri address) => (_process, _folder, Address) = (process, folder, address);

    public Uri Address { get; }

    /// <summary>
    /// Starts it; skips the test where there is none, and fails it where PIPULATE_REQUIRE_ALL=1 says that nothing may be missing.
    /// </summary>
    public static async Task<NginxServer> StartAsync(Uri behind)
    {
        var program = Places.FirstOrDefault(File.Exists);
        if (program is null)
        {
            Assert.SkipUnless(Environment.GetEnvironmentVariable("PIPULATE_REQUIRE_ALL") == "1", Missing);
            Assert.Fail(Missing);
        }

        var folder = Directory.CreateTempSubdirectory("pipulate-nginx-");
        var address = new Uri($"http://127.0.0.1:{ChatHost.FreePort()}");
        await File.WriteAllTextAsync(Path.Combine(folder.FullName, "nginx.conf"), Configure(folder.FullName, address, behind));
        var start = new ProcessStartInfo(program!) { RedirectStandardError = true };
        foreach (var argument in (string[])["-p", folder.FullName, "-e", "error.log", "-c", "nginx.conf"])
        {
            start.ArgumentList.Add(argument);
        }

        var server = new NginxServer(Process.Start(start)!, folder, address);
        try
        {
            await Eventually.TrueAsync(() => server._process.HasExited || Listens(address));
            Assert.False(server._process.HasExited, "nginx ended at its start.");
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            // Its only process: as a daemon, or with workers, others would have to be found.
            _process.Kill();
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
        _folder.Delete(recursive: true);
    }

    private static string Configure(string folder, Uri address, Uri behind) => $$"""
        daemon off;
        master_process off;
        pid nginx.pid;
        error_log error.log;
        events { }
        http {
          access_log off;
          client_body_temp_path {{folder}}/body;
          proxy_temp_path {{folder}}/proxy;
          fastcgi_temp_path {{folder}}/fastcgi;
          uwsgi_temp_path {{folder}}/uwsgi;
          scgi_temp_path {{folder}}/scgi;
          proxy_cache_path {{folder}}/cache keys_zone=shared:1m;
          server {
            listen {{address.Authority}};
            proxy_cache shared;
            proxy_cache_valid any 1m;
            add_header X-Cache $upstream_cache_status always;
            location / {
              proxy_pass {{behind.GetLeftPart(UriPartial.Authority)}};
              proxy_set_header Host $http_host;
              proxy_http_version 1.1;
              proxy_set_header Upgrade $http_upgrade;
              proxy_set_header Connection $http_connection;
            }
          }
        }
        """;

    private static bool Listens(Uri address)
    {
        try
        {
            using var client = new TcpClient(address.Host, address.Port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
