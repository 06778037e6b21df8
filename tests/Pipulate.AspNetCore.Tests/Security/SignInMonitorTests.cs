using System.Net;
using System.Net.WebSockets;
using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Pipulate.Storage;

namespace Pipulate.Tests.Security;

/// <summary>
/// Who signs in or out by a request of the page, without loading another one, has the right conversation in the open panel.
/// </summary>
public sealed class SignInMonitorTests
{
    private const string Other = "Other";

    [Theory]
    [Trait("Row", "S-56")]
    [InlineData("/sign-out")]
    [InlineData("/sign-out?scheme=Cookies")]
    [InlineData("/sign-out?late=true")]
    [InlineData("/sign-in/bert")]
    [InlineData("/sign-in/bert?late=true")]
    public async Task SignOut_WhileAPageIsOpen_EmptiesItAndSendsItBackToTheDoor(string how)
    {
        await using var host = await StartAsync();
        var browser = await SignInAsync(host, "anna");
        var page = await host.OpenAsync(browser);
        await SayAsync(host, "anna", "words-of-anna");
        await page.WaitAsync(dom => dom.Entries.Any(entry => entry.Text == "words-of-anna"));

        await PostAsync(host, browser, how);

        Assert.Equal(1013, await page.Closed.WaitAsync(TimeSpan.FromSeconds(1), TestContext.Current.CancellationToken));
        Assert.DoesNotContain(page.Read(dom => dom.Entries.ToList()), entry => entry.Role is not null);
        var back = await host.OpenAsync(browser);
        Assert.DoesNotContain(back.Messages, message => message.Contains("words-of-anna", StringComparison.Ordinal));
        await Eventually.TrueAsync(() => Pages(host).Count == 1);
        Assert.Equal(how.StartsWith("/sign-in", StringComparison.Ordinal) ? "bert" : null, Assert.Single(Pages(host)).UserId);
    }

    [Theory]
    [Trait("Row", "S-56")]
    [InlineData("/sign-in/anna")]
    [InlineData("/sign-in/anna?late=true")]
    public async Task SignIn_WhileAPageIsOpen_SendsItBackToTheDoorAndCommentsReachIt(string how)
    {
        await using var host = await StartAsync();
        var browser = new CookieContainer();
        var page = await host.OpenAsync(browser);

        await PostAsync(host, browser, how);

        Assert.Equal(1013, await page.Closed.WaitAsync(TimeSpan.FromSeconds(1), TestContext.Current.CancellationToken));
        var back = await host.OpenAsync(browser);
        await Eventually.TrueAsync(() => Pages(host).Count == 1);
        Assert.Equal("anna", Assert.Single(Pages(host)).UserId);
        await SayAsync(host, "anna", "for-anna");
        await back.WaitAsync(dom => dom.Entries.Any(entry => entry.Text == "for-anna"));
    }

    [Theory]
    [InlineData("/sign-in/anna")]
    [InlineData("/sign-in/carl?scheme=Other")]
    [InlineData("/sign-out?scheme=Other")]
    [InlineData("/hello")]
    public async Task Request_ThatChangesNobody_LeavesThePageAlone(string how)
    {
        await using var host = await StartAsync();
        var browser = await SignInAsync(host, "anna");
        var other = await host.OpenAsync(await SignInAsync(host, "dora"));
        var page = await host.OpenAsync(browser);

        await PostAsync(host, browser, how);
        await SayAsync(host, "anna", "still-here");
        await page.WaitAsync(dom => dom.Entries.Any(entry => entry.Text == "still-here"));

        Assert.Equal(WebSocketState.Open, page.Socket.State);
        Assert.Equal(WebSocketState.Open, other.Socket.State);
    }

    [Fact]
    [Trait("Row", "S-56")]
    public async Task SignOut_OfASchemeThatOnlyTheChatKnows_IsNoticed()
    {
        await using var host = await StartAsync(Other);
        var browser = await SignInAsync(host, "anna", "?scheme=Other");
        var page = await host.OpenAsync(browser);
        await Eventually.TrueAsync(() => Pages(host).Count == 1);
        Assert.Equal("anna", Assert.Single(Pages(host)).UserId);

        await PostAsync(host, browser, "/sign-out?scheme=Other");

        Assert.Equal(1013, await page.Closed.WaitAsync(TimeSpan.FromSeconds(1), TestContext.Current.CancellationToken));
    }

    [Fact]
    [Trait("Row", "S-56")]
    public async Task Typed_BetweenTheSignOutAndTheReconnect_ReachesNobody()
    {
        await using var host = await StartAsync();
        var browser = await SignInAsync(host, "anna");
        var page = await host.OpenAsync(browser);

        await PostAsync(host, browser, "/sign-out");
        await Record.ExceptionAsync(() => page.TypeAsync("too-late"));
        await page.Closed.WaitAsync(TestTime.Timeout, TestContext.Current.CancellationToken);
        await Eventually.TrueAsync(() => Pages(host).Count == 0);

        var entries = host.Services.GetRequiredService<ConversationCache>().Get(await ConversationOfAsync(host, "anna")).Log.Entries;
        Assert.DoesNotContain(entries, entry => entry.Text.ToString().Contains("too-late", StringComparison.Ordinal));
        Assert.DoesNotContain(page.Messages, message => message.Contains("data-ack", StringComparison.Ordinal));
    }

    [Fact]
    [Trait("Row", "S-56")]
    public async Task SignOut_OfAPageThatNamesAConversation_BringsItBackToTheFirstOfTheNext()
    {
        await using var host = await StartAsync();
        var browser = await SignInAsync(host, "anna");
        using var http = Http(host, browser);
        var html = await http.GetStringAsync("/new", TestContext.Current.CancellationToken);
        var address = WebUtility.HtmlDecode(html.Split("ws-connect=\"")[1].Split('"')[0]);
        Assert.Contains("conversation=", address, StringComparison.Ordinal);
        var page = await host.OpenAsync(browser, address);

        await PostAsync(host, browser, "/sign-out");
        await page.Closed.WaitAsync(TestTime.Timeout, TestContext.Current.CancellationToken);
        await host.OpenAsync(browser, address);

        await Eventually.TrueAsync(() => Pages(host).Count == 1);
        Assert.Null(Assert.Single(Pages(host)).Conversation.Name);
    }

    [Theory]
    [Trait("Row", "S-56")]
    [InlineData(false)]
    [InlineData(true)]
    public async Task SignOut_WithAStream_EmptiesItAndTheNextHasATokenThatIsGood(bool signsInAgain)
    {
        await using var host = await StartAsync();
        var browser = await SignInAsync(host, "anna");
        await using var page = await StreamPage.OpenAsync(host.Address, browser);
        await SayAsync(host, "anna", "words-of-anna");
        await page.WaitAsync(dom => dom.Entries.Any(entry => entry.Text == "words-of-anna"));

        await PostAsync(host, browser, signsInAgain ? "/sign-in/bert" : "/sign-out");
        await page.Ended.WaitAsync(TimeSpan.FromSeconds(1), TestContext.Current.CancellationToken);
        Assert.DoesNotContain(page.Read(dom => dom.Entries.ToList()), entry => entry.Role is not null);

        await page.ConnectAsync(page.LastEventId);
        await page.WaitForEventAsync(one => one.IsSnapshot);
        await page.WaitForEventAsync(one => one.Data?.Contains("chat-token", StringComparison.Ordinal) is true);
        var token = page.Events.Single(one => one.Data?.Contains("chat-token", StringComparison.Ordinal) is true).Data!.Split(
            "value=\"")[1].Split('"')[0];
        using var form = new FormUrlEncodedContent([new("msg", "words-of-the-next"), new("mid", "1")]);
        form.Headers.Add("RequestVerificationToken", token);
        using var answer = await page.Http.PostAsync("/message", form, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        await page.WaitAsync(dom => dom.Entries.Any(entry => entry.Text == "words-of-the-next"));
        Assert.DoesNotContain(page.Events, one => one.Data?.Contains("words-of-anna", StringComparison.Ordinal) is true);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task SignIn_WhicheverIsAddedFirst_Works(bool chatFirst)
    {
        await using var host = await StartAsync(chatFirst: chatFirst);
        var browser = new CookieContainer();
        var page = await host.OpenAsync(browser);
        await PostAsync(host, browser, "/sign-in/anna");
        Assert.Equal(1013, await page.Closed.WaitAsync(TestTime.Timeout, TestContext.Current.CancellationToken));
    }

    private static IReadOnlyList<ChatConnectionInfo> Pages(ChatHost host) => host.Services.Registry().GetConnections(ChatAudience.Everyone);

    private static async Task<ConversationId> ConversationOfAsync(ChatHost host, string user)
    {
        using var http = Http(host, await SignInAsync(host, user));
        return new ConversationId(await http.GetStringAsync("/who", TestContext.Current.CancellationToken));
    }

    private static async Task SayAsync(ChatHost host, string user, string words) =>
        await host.Services.GetRequiredService<IChatChannel>().SayAsync(
            ChatAudience.Conversation(await ConversationOfAsync(host, user)), words, TestContext.Current.CancellationToken);

    private static HttpClient Http(ChatHost host, CookieContainer browser) =>
        new(new SocketsHttpHandler { CookieContainer = browser }) { BaseAddress = host.Address };

    private static async Task PostAsync(ChatHost host, CookieContainer browser, string path)
    {
        using var http = Http(host, browser);
        using var response = await http.PostAsync(path, null, TestContext.Current.CancellationToken);
        response.EnsureSuccessStatusCode();
    }

    private static async Task<CookieContainer> SignInAsync(ChatHost host, string user, string how = "")
    {
        var browser = new CookieContainer();
        await PostAsync(host, browser, $"/sign-in/{user}{how}");
        return browser;
    }

    private static Task<ChatHost> StartAsync(string? chatScheme = null, bool chatFirst = false) => ChatHost.StartAsync(
        app =>
        {
            app.MapPost("/hello", () => "hello");
            app.MapGet("/who", (HttpContext context) => context.GetConversation()?.Value);
            app.MapGet("/new", async (HttpContext context, VisitorConversations conversations) =>
            {
                var made = await conversations.CreateAsync(context.GetConversation()!.Value.Owner);
                context.Request.QueryString = new QueryString("?conversation=" + made.Name);
                return (IResult)new Panel.PageResult(await context.RenderChatPanelAsync());
            });
            app.MapPost("/sign-in/{user}", async (string user, string? scheme, bool? late, HttpContext context) =>
            {
                var identity = new ClaimsIdentity([new Claim(ClaimTypes.NameIdentifier, user)], "test");
                await context.SignInAsync(scheme, new ClaimsPrincipal(identity));
                context.User = new ClaimsPrincipal(identity);
                await WriteAsync(context, late);
            });
            app.MapPost("/sign-out", async (string? scheme, bool? late, HttpContext context) =>
            {
                await context.SignOutAsync(scheme);
                await WriteAsync(context, late);
            });
        },
        services: services =>
        {
            if (chatFirst)
            {
                services.AddPipulate();
            }

            services.AddAuthentication(CookieAuthenticationDefaults.AuthenticationScheme).AddCookie().AddCookie(Other);
            services.AddAuthorization();
        },
        signIn: app => app.UseAuthentication().UseAuthorization(),
        mapped: endpoints =>
        {
            if (chatScheme is not null)
            {
                endpoints.RequireAuthorization(policy => policy.AddAuthenticationSchemes(chatScheme).RequireAuthenticatedUser());
            }
        },
        ollama: false);

    private static async Task WriteAsync(HttpContext context, bool? late)
    {
        if (late is true)
        {
            await context.Response.WriteAsync("Done");
        }
    }
}
