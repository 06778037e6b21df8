using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Timeouts;
using Microsoft.Extensions.DependencyInjection;
using Pipulate.Security;

namespace Pipulate.Tests.Middleware;

/// <summary>A request that is to end is not one whose client has gone.</summary>
public sealed class TimeoutTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromMilliseconds(150);

    private static readonly Dictionary<string, (Action<IServiceCollection> Services, Action<WebApplication> Use)> Kinds = new()
    {
        ["default policy"] = (services => services.AddRequestTimeouts(timeouts =>
        {
            timeouts.DefaultPolicy = new RequestTimeoutPolicy { Timeout = Limit };
            timeouts.AddPolicy("named", new RequestTimeoutPolicy { Timeout = Limit, TimeoutStatusCode = StatusCodes.Status502BadGateway });
        }), app => app.UseRequestTimeouts()),
        ["linked"] = (_ => { }, app => app.Use(LinkAsync)),
        ["replaced"] = (_ => { }, app => app.Use(ReplaceAsync)),
    };

    public static TheoryData<string> Middleware => [.. Kinds.Keys];

    [Theory]
    [MemberData(nameof(Middleware))]
    public async Task Handler_ThatAnswersLate_IsTold(string kind)
    {
        await using var app = await StartAsync(kind);

        Assert.Equal((200, "late", "done 200"), await ReadAsync(app, "/late"));
    }

    [Theory]
    [InlineData("default policy", "/waits", 504)]
    [InlineData("default policy", "/own-status", 503)]
    [InlineData("default policy", "/named", 502)]
    [InlineData("linked", "/waits", 500)]
    public async Task Handler_ThatIsEndedByTheLimit_IsAFailureWithTheStatusOfTheAnswer(string kind, string path, int status)
    {
        await using var app = await StartAsync(kind);

        var told = await app.AskAsync(HttpMethod.Post, path);

        Assert.Equal((status, $"failed {status}"), (told.Status, Assert.Single(told.Events)));
    }

    [Fact]
    public async Task Limit_BehindTheMiddleware_IsAFailureToo()
    {
        await using var app = await ToldApp.StartAsync(
            app =>
            {
                app.UseRequestTimeouts();
                Map(app);
            },
            services: Kinds["default policy"].Services);

        Assert.Equal(["failed 504"], (await app.AskAsync(HttpMethod.Post, "/waits")).Events);
    }

    [Theory]
    [MemberData(nameof(Middleware))]
    public async Task Client_WhoHasGone_HearsNothing(string kind)
    {
        await using var app = await StartAsync(kind);

        Assert.Empty((await app.AskAsync(HttpMethod.Post, "/ignores", patience: TimeSpan.FromMilliseconds(50))).Events);
    }

    [Theory]
    [MemberData(nameof(Middleware))]
    public async Task Stream_UnderALimit_GoesOn(string kind)
    {
        await using var host = await ChatHost.StartAsync(MapLimit, services: Kinds[kind].Services, signIn: Kinds[kind].Use);
        await using var page = await StreamPage.OpenAsync(host.Address);

        await PassLimitAsync(host);
        using var accepted = await page.TypeAsync("hello");

        Assert.Equal(HttpStatusCode.OK, accepted.StatusCode);
        await page.WaitForAnswerAsync();
        Assert.False(page.Ended.IsCompleted);
    }

    [Theory]
    [MemberData(nameof(Middleware))]
    public async Task Socket_UnderALimit_GoesOn(string kind)
    {
        await using var host = await ChatHost.StartAsync(MapLimit, services: Kinds[kind].Services, signIn: Kinds[kind].Use);
        var page = await host.OpenAsync();

        await PassLimitAsync(host);
        await page.TypeAsync("hello");

        await page.WaitForAnswerAsync();
        Assert.False(page.Closed.IsCompleted);
    }

    private static Task<ToldApp> StartAsync(string kind) => ToldApp.StartAsync(Map, Kinds[kind].Use, Kinds[kind].Services);

    private static void Map(WebApplication app)
    {
        var group =
            app.MapGroup("").WithChatCommentary("done {status}").WithChatCommentary("failed {status}", on: CommentaryOutcome.Failure);
        group.MapPost("/late", async (HttpContext context) =>
        {
            await EndAsync(context.RequestAborted);
            return "late";
        });
        group.MapPost("/ignores", async (HttpContext context) =>
        {
            await EndAsync(ClientLifetime.Disconnected(context));
            await EndAsync(context.RequestAborted);
            return "nobody reads this";
        });
        group.MapPost("/waits", WaitAsync);
        group.MapPost("/own-status", WaitAsync).WithRequestTimeout(
            new RequestTimeoutPolicy { Timeout = Limit, TimeoutStatusCode = StatusCodes.Status503ServiceUnavailable });
        group.MapPost("/named", [RequestTimeout("named")] (HttpContext context) => WaitAsync(context));
    }

    private static Task WaitAsync(HttpContext context) => Task.Delay(TestTime.Timeout, TimeProvider.System, context.RequestAborted);

    private static async Task EndAsync(CancellationToken token)
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = token.Register(ended.SetResult);
        await ended.Task.WaitAsync(TestTime.Timeout, CancellationToken.None);
    }

    private static void MapLimit(WebApplication app)
    {
        StreamPage.MapToken(app);
        app.MapGet("/limit", (HttpContext context) => EndAsync(context.RequestAborted));
    }

    /// <summary>Another request that came later, under the same limit, has reached it.</summary>
    private static async Task PassLimitAsync(ChatHost host)
    {
        using var http = new HttpClient { BaseAddress = host.Address };
        using var response = await http.GetAsync("/limit", TestContext.Current.CancellationToken);
    }

    private static async Task<(int Status, string Text, string? Event)> ReadAsync(ToldApp app, string path)
    {
        var told = await app.AskAsync(HttpMethod.Post, path);
        return (told.Status, told.Text, told.Events.SingleOrDefault());
    }

    private static async Task LinkAsync(HttpContext context, RequestDelegate next)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        limit.CancelAfter(Limit);
        context.RequestAborted = limit.Token;
        await next(context);
    }

    private static async Task ReplaceAsync(HttpContext context, RequestDelegate next)
    {
        using var limit = new CancellationTokenSource(Limit);
        var token = context.RequestAborted;
        context.RequestAborted = limit.Token;
        await next(context);
        context.RequestAborted = token;
    }
}
