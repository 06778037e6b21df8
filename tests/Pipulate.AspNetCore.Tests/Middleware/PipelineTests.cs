using System.IO.Compression;
using System.Net;
using System.Security.Claims;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.AspNetCore.Rewrite;
using Microsoft.Extensions.DependencyInjection;

namespace Pipulate.Tests.Middleware;

/// <summary>Beside each middleware that applications have, a page connects both ways, says something and has its answer.</summary>
public sealed class PipelineTests
{
    private static readonly Dictionary<string, (Action<IServiceCollection> Services, Action<WebApplication> Use)> Middleware = new()
    {
        ["UseWebSockets before"] =
            (_ => { }, app => app.UseWebSockets(new WebSocketOptions { KeepAliveInterval = TimeSpan.FromMinutes(5) })),
        ["UseHttpsRedirection"] = (_ => { }, app => app.UseHttpsRedirection()),
        ["UseForwardedHeaders"] =
            (_ => { }, app => app.UseForwardedHeaders(new ForwardedHeadersOptions { ForwardedHeaders = ForwardedHeaders.All })),
        ["UseRewriter"] = (_ => { }, app => app.UseRewriter(new RewriteOptions().AddRewrite("^old/(.*)", "$1", skipRemainingRules: true))),
        ["UseHsts"] = (_ => { }, app => app.UseHsts()),
        ["UseCors"] = (
            services => services.AddCors(cors => cors.AddDefaultPolicy(policy => policy.WithOrigins("https://elsewhere.example"))),
            app => app.UseCors()),
        ["UseSession"] = (services => services.AddDistributedMemoryCache().AddSession(), app => app.UseSession()),
        ["UseAntiforgery"] = (_ => { }, app => app.UseAntiforgery()),
        ["UseRequestLocalization"] = (services => services.AddLocalization(), app => app.UseRequestLocalization("en", "de")),
        ["UseRequestDecompression"] = (services => services.AddRequestDecompression(), app => app.UseRequestDecompression()),
        ["UseDeveloperExceptionPage"] = (_ => { }, app => app.UseDeveloperExceptionPage()),
        ["UseStaticFiles"] = (_ => { }, app => app.UseStaticFiles()),
        ["MapFallback"] = (_ => { }, app => app.MapFallback(() => Results.Text("the application's page"))),
        ["MapWhen"] = (_ => { }, app => app.MapWhen(
            context => context.Request.Path.StartsWithSegments("/api"),
            branch => branch.Run(context => context.Response.WriteAsync("api")))),
        ["UseRouting before"] = (_ => { }, app => app.UseRouting()),
        ["global concurrency limiter"] = (
            services => services.AddRateLimiter(limiter => limiter.GlobalLimiter = PartitionedRateLimiter.Create<HttpContext, string>(_ =>
                RateLimitPartition.GetConcurrencyLimiter("all", _ => new ConcurrencyLimiterOptions { PermitLimit = 1 }))),
            app => app.UseRateLimiter()),
        ["fallback policy"] = (
            services => services.AddAuthorizationBuilder()
                .SetFallbackPolicy(new AuthorizationPolicyBuilder("everybody").RequireAuthenticatedUser().Build()).Services
                .AddAuthentication("everybody").AddScheme<AuthenticationSchemeOptions, Everybody>("everybody", null),
            app => app.UseAuthentication().UseAuthorization()),
    };

    public static TheoryData<string> Kinds => [.. Middleware.Keys];

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Page_BesideIt_ConnectsBothWaysAndIsAnswered(string kind)
    {
        await using var host =
            await ChatHost.StartAsync(StreamPage.MapToken, services: Middleware[kind].Services, signIn: Middleware[kind].Use);

        var page = await host.OpenAsync();
        await using var stream = await StreamPage.OpenAsync(host.Address, page.Visitor);
        await page.TypeAsync("by the socket");
        await page.WaitForAnswerAsync();
        using var accepted = await stream.TypeAsync("by the stream");

        Assert.Equal(HttpStatusCode.OK, accepted.StatusCode);
        await stream.WaitForAnswerAsync(2);
        await page.WaitForAnswerAsync(2);
    }

    [Fact]
    public async Task RateLimit_OfPipulatesOwnEndpoints_HoldsForThemAll()
    {
        await using var host = await ChatHost.StartAsync(
            services: services =>
                services.AddRateLimiter(limiter => limiter.AddConcurrencyLimiter("chat", options => options.PermitLimit = 1)),
            signIn: app => app.UseRateLimiter(),
            mapped: endpoints => endpoints.RequireRateLimiting("chat"));
        var page = await host.OpenAsync();

        using var second =
            await page.Http.GetAsync("/sse", HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, second.StatusCode);
    }

    /// <summary>A small body that becomes a large one is refused as a large one is.</summary>
    [Fact]
    public async Task Form_ThatGrowsWhenItIsDecompressed_IsRefused()
    {
        await using var host = await ChatHost.StartAsync(
            StreamPage.MapToken,
            services: Middleware["UseRequestDecompression"].Services,
            signIn: Middleware["UseRequestDecompression"].Use);
        await using var stream = await StreamPage.OpenAsync(host.Address);
        using var packed = new MemoryStream();
        await using (var gzip = new GZipStream(packed, CompressionLevel.SmallestSize, leaveOpen: true))
        {
            for (var i = 0; i < 1000; i++)
            {
                await gzip.WriteAsync(
                    System.Text.Encoding.UTF8.GetBytes($"f{i}={new string('x', 1000)}&"), TestContext.Current.CancellationToken);
            }
        }

        using var content = new ByteArrayContent(packed.ToArray());
        content.Headers.ContentEncoding.Add("gzip");
        content.Headers.ContentType = new("application/x-www-form-urlencoded");
        using var response = await stream.Http.PostAsync("/message", content, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
    }

    private sealed class Everybody(
        Microsoft.Extensions.Options.IOptionsMonitor<AuthenticationSchemeOptions> options,
        Microsoft.Extensions.Logging.ILoggerFactory logger,
        System.Text.Encodings.Web.UrlEncoder encoder) : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
    {
        protected override Task<AuthenticateResult> HandleAuthenticateAsync()
        {
            var user = new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.NameIdentifier, "anna")], Scheme.Name));
            return Task.FromResult(AuthenticateResult.Success(new AuthenticationTicket(user, Scheme.Name)));
        }
    }
}
