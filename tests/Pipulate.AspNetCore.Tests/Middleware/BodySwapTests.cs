using System.IO.Compression;
using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.HttpLogging;
using Microsoft.Extensions.DependencyInjection;
using Pipulate.Tests.Endpoints;

namespace Pipulate.Tests.Middleware;

/// <summary>Middleware that puts a body of its own in the place of the server's: every endpoint still answers with all of it.</summary>
public sealed class BodySwapTests
{
    private static readonly Dictionary<string, (Action<IServiceCollection> Services, Action<WebApplication> Use)> Middleware = new()
    {
        ["output caching"] = (
            services => services.AddOutputCache(cache => cache.AddBasePolicy(policy => policy.Expire(TimeSpan.FromMinutes(1)))),
            app => app.UseOutputCache()),
        ["response caching"] = (services => services.AddResponseCaching(), app => app.UseResponseCaching()),
        ["response compression"] = (
            services => services.AddResponseCompression(compression =>
            {
                compression.EnableForHttps = true;
                compression.MimeTypes = ["application/json", "application/problem+json", "text/html", "text/markdown", "text/event-stream"];
            }),
            app => app.UseResponseCompression()),
        ["http logging"] =
            (services => services.AddHttpLogging(logging => logging.LoggingFields = HttpLoggingFields.All), app => app.UseHttpLogging()),
        ["etag"] = (_ => { }, app => app.Use(BufferAsync)),
        ["pass-through"] = (_ => { }, app => app.Use(PassAsync)),
    };

    public static TheoryData<string> Kinds => [.. Middleware.Keys];

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Export_BehindABodyOfMiddleware_IsWhole(string kind)
    {
        await using var host = await StartAsync(kind);
        using var http = await host.VisitAsync(out var visitor);
        var page = await host.OpenAsync(visitor);
        await page.TypeAsync("hello");
        await page.WaitForAnswerAsync();

        using var json = JsonDocument.Parse(await ReadAsync(http, "/conversations/first.json"));
        Assert.Equal(
            ["hello", "I see."],
            json.RootElement.GetProperty("entries").EnumerateArray().Select(entry => entry.GetProperty("text").GetString()));
        Assert.Contains("I see.", await ReadAsync(http, "/conversations/first.md"), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Endpoints_BehindABodyOfMiddleware_AnswerWithAllOfIt(string kind)
    {
        await using var host = await StartAsync(kind);
        using var http = await host.VisitAsync(out _);

        Assert.Contains("chat-panel", await ReadAsync(http, "/"), StringComparison.Ordinal);
        Assert.Contains("</form>", await ReadAsync(http, "/context"), StringComparison.Ordinal);
        Assert.Contains("</ul>", await ReadAsync(http, "/conversations"), StringComparison.Ordinal);
        Assert.Contains(
            "no such conversation", await ReadAsync(http, "/conversations/none.json", HttpStatusCode.NotFound), StringComparison.Ordinal);
        Assert.Contains("WebSocket", await ReadAsync(http, "/ws", HttpStatusCode.UpgradeRequired), StringComparison.Ordinal);
        using var refused = await http.PostAsync("/chatq", new StringContent("?"), Cancellation);
        Assert.Contains("Send a form", await ReadAsync(refused, HttpStatusCode.UnsupportedMediaType), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Stream_BehindABodyOfMiddleware_ComesWhileItGoesOn(string kind)
    {
        await using var host = await StartAsync(kind);
        await using var page = await StreamPage.OpenAsync(host.Address);

        using var accepted = await page.TypeAsync("hello");

        Assert.Equal(HttpStatusCode.OK, accepted.StatusCode);
        Assert.Equal("I see.", await page.WaitForAnswerAsync());
    }

    [Fact]
    public async Task Stream_OfAClientThatTakesGzip_ComesWhileItGoesOn()
    {
        await using var host = await StartAsync("response compression");
        using var http = new HttpClient { BaseAddress = host.Address };
        using var request = new HttpRequestMessage(HttpMethod.Get, "/sse");
        request.Headers.Add("Accept-Encoding", "gzip");

        using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancellation);
        Assert.Equal(["gzip"], response.Content.Headers.ContentEncoding);
        await using var unzipped = new GZipStream(await response.Content.ReadAsStreamAsync(Cancellation), CompressionMode.Decompress);
        using var reader = new StreamReader(unzipped);
        var line = "";
        while (!line.StartsWith("data:", StringComparison.Ordinal))
        {
            line = await reader.ReadLineAsync(Cancellation).AsTask().WaitAsync(TestTime.Timeout, Cancellation)
                ?? throw new InvalidOperationException("The stream has ended.");
        }
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static Task<ChatHost> StartAsync(string kind) =>
        ConversationsPage.StartAsync(services: Middleware[kind].Services, signIn: Middleware[kind].Use);

    private static async Task<string> ReadAsync(HttpClient http, string path, HttpStatusCode status = HttpStatusCode.OK)
    {
        using var response = await http.GetAsync(path, Cancellation);
        return await ReadAsync(response, status);
    }

    private static async Task<string> ReadAsync(HttpResponseMessage response, HttpStatusCode status)
    {
        Assert.Equal(status, response.StatusCode);
        return await response.Content.ReadAsStringAsync(Cancellation);
    }

    /// <summary>What a middleware for ETags does: it needs the whole response for its hash.</summary>
    private static async Task BufferAsync(HttpContext context, RequestDelegate next)
    {
        var body = context.Response.Body;
        using var memory = new MemoryStream();
        context.Response.Body = memory;
        try
        {
            await next(context);
            memory.Position = 0;
            await memory.CopyToAsync(body, context.RequestAborted);
        }
        finally
        {
            context.Response.Body = body;
        }
    }

    private static async Task PassAsync(HttpContext context, RequestDelegate next)
    {
        var body = context.Response.Body;
        context.Response.Body = new Through(body);
        await next(context);
        context.Response.Body = body;
    }

    private sealed class Through(Stream inner) : Stream
    {
        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override void Flush() => throw new NotSupportedException();

        public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
            inner.WriteAsync(buffer, cancellationToken);
    }
}
