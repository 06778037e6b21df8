using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Pipulate.Tests.Connections;

/// <summary>Who may connect, said by hand: each refusal comes before the handshake and leaves nothing behind.</summary>
public sealed class HandshakeTests
{
    private const string Switching = "HTTP/1.1 101 ";

    [Theory]
    [Trait("Row", "S-02")]
    [InlineData("Origin: null")]
    [InlineData("Origin: http://{host}.evil.example")]
    [InlineData("Origin: http://127.0.0.1:1")]
    [InlineData("Origin: http://{host}\r\nOrigin: http://{host}")]
    [InlineData("Origin: http://{host}\r\nOrigin: https://evil.example")]
    [InlineData("Origin: http://{host}/")]
    [InlineData("Origin: http://user@{host}")]
    [InlineData("Origin: ftp://{host}")]
    [InlineData("Origin: ")]
    public async Task Origin_ThatIsNotTheServersOwn_Is403(string origin)
    {
        await using var host = await ChatHost.StartAsync(ollama: false);

        foreach (var path in new[] { "/ws", "/sse" })
        {
            Assert.StartsWith(
                "HTTP/1.1 403 ",
                await HandshakeAsync(host, path, origin.Replace("{host}", host.Address.Authority, StringComparison.Ordinal)),
                StringComparison.Ordinal);
        }

        Assert.Equal(0, host.Services.Registry().Count);
    }

    [Theory]
    [Trait("Row", "S-03")]
    [InlineData(false, "", true)]
    [InlineData(true, "", false)]
    [InlineData(true, "Sec-Fetch-Site: none", false)]
    [InlineData(true, "Sec-Fetch-Site: same-site", false)]
    [InlineData(true, "Sec-Fetch-Site: same-origin", true)]
    [InlineData(true, "Origin: http://{host}", true)]
    public async Task Origin_ThatIsMissing_IsLetInUnlessItIsRequired(bool required, string said, bool letIn)
    {
        await using var host = await ChatHost.StartAsync(configure: options => options.RequireOrigin = required, ollama: false);

        var answer = await HandshakeAsync(host, "/ws", said.Replace("{host}", host.Address.Authority, StringComparison.Ordinal));

        Assert.StartsWith(letIn ? Switching : "HTTP/1.1 403 ", answer, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Row", "S-04")]
    public async Task HostAndOrigin_OfASiteThatGaveItsNameOurAddress_Is400WhereHostsAreNamed()
    {
        await using var host = await ChatHost.StartAsync(settings: new() { ["AllowedHosts"] = "localhost;127.0.0.1" }, ollama: false);

        Assert.StartsWith(
            "HTTP/1.1 400 ",
            await HandshakeAsync(host, "/ws", "Origin: http://evil.example", name: "evil.example"),
            StringComparison.Ordinal);
        Assert.Equal(0, host.Services.Registry().Count);
        Assert.StartsWith(
            Switching, await HandshakeAsync(host, "/ws", $"Origin: http://{host.Address.Authority}"), StringComparison.Ordinal);
        Assert.DoesNotContain(host.Logs.Lines, IsAboutHosts);
    }

    [Theory]
    [Trait("Row", "S-04")]
    [InlineData("*")]
    [InlineData(null)]
    public async Task Start_OnThisMachinesAddressForAnyHost_IsWarnedOf(string? allowed)
    {
        await using var host = await ChatHost.StartAsync(settings: new() { ["AllowedHosts"] = allowed }, ollama: false);

        var warning = Assert.Single(host.Logs.Lines, IsAboutHosts);
        Assert.Equal(LogLevel.Warning, warning.Level);
        Assert.Contains($"http://127.0.0.1:{host.Address.Port}", warning.Text, StringComparison.Ordinal);
    }

    /// <summary>Whatever Pipulate maps, now and later, is behind the one requirement.</summary>
    [Fact]
    [Trait("Row", "S-05")]
    public async Task Endpoints_WithAuthorizationRequired_AreAllBehindIt()
    {
        await using var host = await StartBehindASignInAsync();
        using var http = new HttpClient { BaseAddress = host.Address };

        // This application has no others.
        var endpoints = host.Services.GetRequiredService<EndpointDataSource>().Endpoints.Cast<RouteEndpoint>().ToList();

        Assert.True(endpoints.Count >= 13);
        foreach (var endpoint in endpoints)
        {
            foreach (var method in endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()!.HttpMethods.Where(
                method => method != HttpMethods.Connect))
            {
                using var request = new HttpRequestMessage(new HttpMethod(method), endpoint.RoutePattern.RawText);
                using var response =
                    await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
                Assert.True(
                    HttpStatusCode.Unauthorized == response.StatusCode, $"{method} {endpoint.RoutePattern.RawText}: {response.StatusCode}");
            }
        }

        Assert.StartsWith("HTTP/1.1 401 ", await HandshakeAsync(host, "/ws", ""), StringComparison.Ordinal);
        Assert.Equal(0, host.Services.Registry().Count);
    }

    [Fact]
    [Trait("Row", "S-06")]
    public async Task Socket_AskedForInAnotherWay_IsNotOpened()
    {
        await using var host = await ChatHost.StartAsync(ollama: false);

        Assert.StartsWith(
            "HTTP/1.1 426 ",
            await SendAsync(host, $"GET /ws HTTP/1.1\r\nHost: {host.Address.Authority}\r\n\r\n"),
            StringComparison.Ordinal);
        Assert.StartsWith(
            "HTTP/1.1 405 ",
            await SendAsync(host, $"POST /ws HTTP/1.1\r\nHost: {host.Address.Authority}\r\nContent-Length: 0\r\n\r\n"),
            StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 426 ", await HandshakeAsync(host, "/ws", "", version: "8"), StringComparison.Ordinal);
        Assert.Equal(0, host.Services.Registry().Count);
    }

    [Fact]
    [Trait("Row", "S-08b")]
    public async Task Start_WithCommentaryOnWhatALinkCanAskFor_IsWarnedOf()
    {
        await using var host = await ChatHost.StartAsync(
            app =>
            {
                app.MapGet("/toggle", [ChatCommentary("They toggled it.")] () => "");
                app.MapGet("/disabled", [ChatCommentary("They did.")] () => "").DisableChatCommentary();
                app.MapGet("/show", () => "");
                app.MapPost("/add", [ChatCommentary("They added.")] () => "");
                app.MapMethods("/form", ["GET", "POST"], [ChatCommentary("They filled it in.")] () => "");
            },
            ollama: false);

        var warning = Assert.Single(host.Logs.Lines, line => line.Text.Contains("a link can ask for", StringComparison.Ordinal));
        Assert.Equal(LogLevel.Warning, warning.Level);
        Assert.Contains("/toggle", warning.Text, StringComparison.Ordinal);
        Assert.All(
            (string[])["/disabled", "/show", "/add", "/form"], path => Assert.DoesNotContain(path, warning.Text, StringComparison.Ordinal));
    }

    [Fact]
    [Trait("Row", "S-09")]
    public async Task Pages_ThatComeAtTheSameMoment_AreCountedToo()
    {
        await using var host = await ChatHost.StartAsync(configure: options => options.Limits.ConnectionsPerVisitor = 3, ollama: false);
        var first = await host.OpenAsync();
        var cookie = first.Visitor.GetCookieHeader(host.Address);

        var pages = await Task.WhenAll(Enumerable
            .Range(0, 40)
            .Select(_ => RawPage.ConnectAsync(host.Address, cookie, cancellationToken: TestContext.Current.CancellationToken)));

        Assert.Equal(2, pages.Count(page => page.Status == 101));
        Assert.All(pages.Where(page => page.Status != 101), page =>
        {
            Assert.Equal(429, page.Status);
            Assert.Contains("Retry-After: 5", page.Head, StringComparison.Ordinal);
        });
        await Eventually.TrueAsync(() => host.Services.Registry().Count == 3);
        Assert.All(pages, page => page.Reset());
        await Eventually.TrueAsync(() => host.Services.Registry().Count == 1);
        using var next = await RawPage.ConnectAsync(host.Address, cookie, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(101, next.Status);
    }

    /// <summary>Visitors that bring no cookie, each of them another one, behind a proxy that says where they come from.</summary>
    [Fact]
    [Trait("Row", "S-09")]
    public async Task Pages_FromOneAddressPastItsLimit_Are429AndOthersAreNot()
    {
        await using var host = await ChatHost.StartAsync(
            configure: options => options.Limits.ConnectionsPerAddress = 2,
            signIn: app => app.UseForwardedHeaders(new ForwardedHeadersOptions { ForwardedHeaders = ForwardedHeaders.XForwardedFor }),
            ollama: false);

        using var first = await OpenAsync(host, "X-Forwarded-For: 203.0.113.7");
        using var second = await OpenAsync(host, "X-Forwarded-For: 203.0.113.7");

        Assert.StartsWith("HTTP/1.1 429 ", await HandshakeAsync(host, "/ws", "X-Forwarded-For: 203.0.113.7"), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 429 ", await HandshakeAsync(host, "/sse", "X-Forwarded-For: 203.0.113.7"), StringComparison.Ordinal);
        Assert.StartsWith(Switching, await HandshakeAsync(host, "/ws", "X-Forwarded-For: 203.0.113.8"), StringComparison.Ordinal);
        second.Dispose();
        await Eventually.TrueAsync(() => host.Services.Registry().Count == 1);
        Assert.StartsWith(Switching, await HandshakeAsync(host, "/ws", "X-Forwarded-For: 203.0.113.7"), StringComparison.Ordinal);
    }

    /// <summary>Kestrel's own limit; what it does not cover is a connection over which nothing comes at all.</summary>
    [Fact]
    [Trait("Row", "S-10")]
    public async Task Request_ThatNeverEndsItsHead_Is408()
    {
        await using var host = await ChatHost.StartAsync(
            services: services => services.Configure<KestrelServerOptions>(
                kestrel => kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(1)), ollama: false);

        Assert.StartsWith("HTTP/1.1 408 ", await SendAsync(host, "GET /ws HT"), StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Row", "S-11")]
    public async Task Compression_ThatIsOffered_IsDeclined()
    {
        await using var host = await ChatHost.StartAsync(ollama: false);

        var answer = await HandshakeAsync(host, "/ws", "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits");

        Assert.StartsWith(Switching, answer, StringComparison.Ordinal);
        Assert.DoesNotContain("Sec-WebSocket-Extensions", answer, StringComparison.OrdinalIgnoreCase);
    }

    private static bool IsAboutHosts(RecordedLogs.RecordedLine line) =>
        line.Category.StartsWith("Pipulate.", StringComparison.Ordinal) && line.Text.Contains("AllowedHosts", StringComparison.Ordinal);

    private static Task<ChatHost> StartBehindASignInAsync() => ChatHost.StartAsync(
        services: services =>
        {
            services.AddAuthentication("Cookies").AddCookie("Cookies", cookie => cookie.Events.OnRedirectToLogin = context =>
            {
                context.Response.StatusCode = 401;
                return Task.CompletedTask;
            });
            services.AddAuthorization();
        },
        signIn: app => app.UseAuthentication().UseAuthorization(),
        ollama: false,
        mapped: endpoints => endpoints.RequireAuthorization());

    private static async Task<string> HandshakeAsync(
        ChatHost host, string path, string headers, string? name = null, string version = "13") =>
        await SendAsync(host, Handshake(path, headers, name ?? host.Address.Authority, version));

    private static string Handshake(string path, string headers, string host, string version) =>
        $"GET {path} HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: {version}\r\n"
        + $"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n{(headers.Length == 0 ? "" : headers + "\r\n")}\r\n";

    private static async Task<TcpClient> OpenAsync(ChatHost host, string headers)
    {
        var client = new TcpClient(host.Address.Host, host.Address.Port);
        Assert.StartsWith(
            Switching, await ExchangeAsync(client, Handshake("/ws", headers, host.Address.Authority, "13")), StringComparison.Ordinal);
        return client;
    }

    private static async Task<string> SendAsync(ChatHost host, string request)
    {
        using var client = new TcpClient(host.Address.Host, host.Address.Port);
        return await ExchangeAsync(client, request);
    }

    /// <summary>Sends it and gives the head of the answer.</summary>
    private static async Task<string> ExchangeAsync(TcpClient client, string request)
    {
        var stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(request), TestContext.Current.CancellationToken);
        var answer = new byte[8192];
        var length = 0;
        while (!answer.AsSpan(0, length).EndsWith("\r\n\r\n"u8))
        {
            var read = await stream
                .ReadAsync(answer.AsMemory(length, 1), TestContext.Current.CancellationToken)
                .AsTask()
                .WaitAsync(TestTime.Timeout, TestContext.Current.CancellationToken);
            Assert.NotEqual(0, read);
            length += read;
        }

        return Encoding.ASCII.GetString(answer, 0, length);
    }
}
