using System.Net;
using System.Net.WebSockets;
using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Pipulate.Tests.Security;

/// <summary>Whose conversation a page shows when people sign in and out, and how long a sign-in holds.</summary>
public sealed class SignInTests
{
    private const string Cookie = "pipulate.visitor";

    private readonly ManualTime _time = new();

    [Fact]
    [Trait("Row", "S-07")]
    public async Task SignIn_ThatExpires_SendsThePageBackToTheDoorWhereItIsRefused()
    {
        await using var host = await StartAsync(endpoints => endpoints.RequireAuthorization());
        var visitor = await SignInAsync(host, "anna");
        var page = await host.OpenAsync(visitor);

        _time.Advance(TimeSpan.FromMinutes(59));
        Assert.Equal(WebSocketState.Open, page.Socket.State);
        _time.Advance(TimeSpan.FromMinutes(1) + TimeSpan.FromSeconds(1));

        Assert.Equal(1013, await ClosedAsync(page));
        Assert.Equal(HttpStatusCode.Unauthorized, await RefusedAsync(host, visitor));
        await Eventually.TrueAsync(() => host.Services.Registry().Count == 0);
    }

    [Fact]
    [Trait("Row", "S-07")]
    public async Task SignIn_ThatWasRenewedMeanwhile_LetsThePageInAgain()
    {
        await using var host = await StartAsync(endpoints => endpoints.RequireAuthorization());
        var visitor = await SignInAsync(host, "anna");
        var page = await host.OpenAsync(visitor);

        _time.Advance(TimeSpan.FromMinutes(40));
        using (var http = Http(host, visitor))
        {
            // Past half of its time the framework renews it with any request.
            await http.GetStringAsync("/hello", TestContext.Current.CancellationToken);
        }

        _time.Advance(TimeSpan.FromMinutes(20) + TimeSpan.FromSeconds(1));
        Assert.Equal(1013, await ClosedAsync(page));

        var back = await host.OpenAsync(visitor);
        Assert.Equal("anna", Assert.Single(host.Services.Registry().GetConnections(ChatAudience.User("anna"))).UserId);
        Assert.Equal(WebSocketState.Open, back.Socket.State);
    }

    [Fact]
    [Trait("Row", "S-45")]
    public async Task SignIn_OfAVisitor_TakesTheCookieAwaySoThatWhatComesAfterTheSignOutBeginsAnew()
    {
        await using var host = await StartAsync();
        var visitor = new CookieContainer();
        var before = await host.OpenAsync(visitor);
        var planted = visitor.GetCookies(host.Address)[Cookie]!.Value;
        await before.DisposeAsync();

        await SignInAsync(host, "anna", visitor);
        await (await host.OpenAsync(visitor)).DisposeAsync();
        Assert.Null(visitor.GetCookies(host.Address)[Cookie]);

        using (var http = Http(host, visitor))
        {
            await http.PostAsync("/sign-out", null, TestContext.Current.CancellationToken);
        }

        await host.OpenAsync(visitor);
        Assert.NotEqual(planted, visitor.GetCookies(host.Address)[Cookie]!.Value);
    }

    [Theory]
    [Trait("Row", "S-45")]
    [InlineData("https")]
    [InlineData("http")]
    public async Task Cookie_OfAVisitor_IsSecureOnHttpsAndOutOfReachOfScriptsAndOtherSites(string scheme)
    {
        await using var host = await ChatHost.StartAsync(
            signIn: app => app.Use((context, next) =>
            {
                context.Request.Scheme = scheme;
                return next(context);
            }),
            ollama: false);
        using var http = new HttpClient(new SocketsHttpHandler { UseCookies = false }) { BaseAddress = host.Address };
        using var response = await http.GetAsync("/sse", HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);

        var cookie = Assert.Single(response.Headers.GetValues("Set-Cookie"));
        Assert.StartsWith(Cookie + "=", cookie, StringComparison.Ordinal);
        Assert.Contains("; httponly", cookie, StringComparison.Ordinal);
        Assert.Contains("; samesite=lax", cookie, StringComparison.Ordinal);
        Assert.Equal(scheme == "https", cookie.Contains("; secure", StringComparison.Ordinal));
    }

    private static async Task<int> ClosedAsync(ChatPage page) =>
        await page.Closed.WaitAsync(TestTime.Timeout, TestContext.Current.CancellationToken);

    private static HttpClient Http(ChatHost host, CookieContainer visitor) =>
        new(new SocketsHttpHandler { CookieContainer = visitor }) { BaseAddress = host.Address };

    private static async Task<HttpStatusCode> RefusedAsync(ChatHost host, CookieContainer visitor)
    {
        using var socket = new ClientWebSocket();
        socket.Options.CollectHttpResponseDetails = true;
        socket.Options.Cookies = visitor;
        await Assert.ThrowsAsync<WebSocketException>(() =>
            socket.ConnectAsync(new UriBuilder(host.Address) { Scheme = "ws", Path = "/ws" }.Uri, TestContext.Current.CancellationToken));
        return socket.HttpStatusCode;
    }

    private static async Task<CookieContainer> SignInAsync(ChatHost host, string user, CookieContainer? visitor = null)
    {
        visitor ??= new CookieContainer();
        using var http = Http(host, visitor);
        using var response = await http.PostAsync($"/sign-in/{user}", null, TestContext.Current.CancellationToken);
        response.EnsureSuccessStatusCode();
        return visitor;
    }

    private Task<ChatHost> StartAsync(Action<IEndpointConventionBuilder>? mapped = null) => ChatHost.StartAsync(
        app =>
        {
            app.MapGet("/hello", () => "hello");
            app.MapPost("/sign-in/{user}", (string user, HttpContext context) =>
                context.SignInAsync(new ClaimsPrincipal(
                    new ClaimsIdentity([new Claim(ClaimTypes.NameIdentifier, user)], CookieAuthenticationDefaults.AuthenticationScheme))));
            app.MapPost("/sign-out", (HttpContext context) => context.SignOutAsync());
        },
        services: services =>
        {
            services.AddSingleton<TimeProvider>(_time);
            services.AddAuthentication(CookieAuthenticationDefaults.AuthenticationScheme).AddCookie(cookie =>
            {
                cookie.ExpireTimeSpan = TimeSpan.FromHours(1);
                cookie.TimeProvider = _time;
                cookie.Events.OnRedirectToLogin = context =>
                {
                    context.Response.StatusCode = 401;
                    return Task.CompletedTask;
                };
            });
            services.AddAuthorization();
        },
        signIn: app => app.UseAuthentication().UseAuthorization(),
        mapped: mapped,
        ollama: false);
}
