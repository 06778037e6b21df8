using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.DependencyInjection;

namespace Pipulate.Tests.Middleware;

/// <summary>
/// Error pages that carry commentary: they show what they showed without it, and what really happened reaches the model, once.
/// </summary>
public sealed class ErrorPageTests
{
    private const string Page = "the page for";

    private static readonly Dictionary<string, Action<WebApplication>> ErrorPages = new()
    {
        ["attribute"] = app => app.Map("/error", [ChatCommentary("page {status} {path}", On = CommentaryOutcome.Failure)] (
            HttpContext context) => $"{Page} {context.Response.StatusCode}"),
        ["convention"] = app => app
            .Map("/error", (HttpContext context) => $"{Page} {context.Response.StatusCode}")
            .WithChatCommentary("page {status} {path}", on: CommentaryOutcome.Failure),
        ["group"] = app => app
            .MapGroup("")
            .WithChatCommentary("page {status} {path}", on: CommentaryOutcome.Failure)
            .Map("/error", (HttpContext context) => $"{Page} {context.Response.StatusCode}"),
        ["result"] =
            app => app.Map("/error", [ChatCommentary("page {status} {path}", On = CommentaryOutcome.Failure)] (HttpContext context) =>
            Results.Text($"{Page} {context.Response.StatusCode}", statusCode: context.Response.StatusCode)),
        ["accessor"] = app => app.Map(
            "/error", [ChatCommentary("page {status} {path}", On = CommentaryOutcome.Failure)] async (IHttpContextAccessor accessor) =>
        {
            await Task.Yield();
            return $"{Page} {accessor.HttpContext!.Response.StatusCode}";
        }),
        ["delegate"] = app => app.Map("/error", context => context.Response.WriteAsync($"{Page} {context.Response.StatusCode}"))
            .WithChatCommentary("page {status} {path}", on: CommentaryOutcome.Failure),
        ["own filter"] = app => app.Map("/error", (HttpContext context) => $"{Page} {context.Response.StatusCode}")
            .WithChatCommentary("page {status} {path}", on: CommentaryOutcome.Failure)
            .AddEndpointFilter(async (invocation, next) => await next(invocation)),
        ["fallback"] = app => app.MapFallback("/error", [ChatCommentary("page {status} {path}", On = CommentaryOutcome.Failure)] (
            HttpContext context) => $"{Page} {context.Response.StatusCode}"),
        ["action"] = app => app.MapControllers(),
        ["success only"] = app => app.Map(
            "/error", [ChatCommentary("They are at the error page.")] (HttpContext context) => $"{Page} {context.Response.StatusCode}"),
        ["answers 200"] = app => app.Map("/error", [ChatCommentary(
            "They did it."), ChatCommentary("page {status} {path}", On = CommentaryOutcome.Failure)] (HttpContext context) =>
            Results.Text($"{Page} {context.Response.StatusCode}", statusCode: 200)),
    };

    public static TheoryData<string, int> Cases
    {
        get
        {
            var cases = new TheoryData<string, int>();
            foreach (var page in ErrorPages.Keys)
            {
                foreach (var status in new[] { 400, 404, 409, 500, 0 })
                {
                    cases.Add(page, status);
                }
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task ErrorPage_WithCommentary_IsShownAndToldOnce(string page, int status)
    {
        await using var host = await StartAsync(ErrorPages[page]);

        var (answered, text, told) = await AskAsync(host, $"/fails/{status}");

        var expected = status == 0 ? 500 : status;
        Assert.Equal((page == "answers 200" ? 200 : expected, $"{Page} {expected}"), (answered, text));
        Assert.Equal(page == "success only" ? [] : [$"page {expected} \"/fails/{status}\""], told);
    }

    [Theory]
    [InlineData("attribute")]
    [InlineData("group")]
    [InlineData("answers 200")]
    public async Task Endpoint_ThatFailsAndSpeaksForItself_IsToldAndNotThePage(string page)
    {
        await using var host = await StartAsync(ErrorPages[page]);

        foreach (var status in new[] { 404, 500, 0 })
        {
            var (_, text, told) = await AskAsync(host, $"/speaks/{status}");

            Assert.Equal($"{Page} {(status == 0 ? 500 : status)}", text);
            Assert.Equal([$"it failed {status} with {(status == 0 ? 500 : status)}"], told);
        }
    }

    [Fact]
    public async Task Endpoint_ThatIsDisabled_IsNotToldByThePageEither()
    {
        await using var host = await StartAsync(ErrorPages["attribute"]);

        foreach (var path in new[] { "/silent/404", "/silent/0", "/context", "/conversations/none/rename" })
        {
            Assert.Empty((await AskAsync(host, path)).Events);
        }
    }

    [Fact]
    public async Task ErrorPage_ThatCannotBeBound_IsNotRun()
    {
        await using var host = await StartAsync(
            app => app.Map("/error", [ChatCommentary("page {status}", On = CommentaryOutcome.Failure)] (int code) => $"{Page} {code}"));

        var (status, text, told) = await AskAsync(host, "/fails/404");

        Assert.Equal((400, ""), (status, text));
        Assert.Equal(["page 400"], told);
    }

    [Fact]
    public async Task ErrorPage_AskedForItself_IsASuccess()
    {
        await using var host = await StartAsync(ErrorPages["success only"]);

        Assert.Equal(["They are at the error page."], (await AskAsync(host, "/error")).Events);
    }

    /// <summary>Behind the middleware it takes the place of what was asked for, whose arguments it must not change.</summary>
    [Theory]
    [InlineData("re-execute")]
    [InlineData("redirect")]
    [InlineData("handler redirects")]
    public async Task ErrorPage_BehindTheMiddleware_LeavesAFailureOfWhatWasAskedFor(string kind)
    {
        await using var host = await ToldApp.StartAsync(app =>
        {
            if (kind == "handler redirects")
            {
                app.UseExceptionHandler(failing => failing.Run(context =>
                {
                    context.Response.Redirect("/error");
                    return Task.CompletedTask;
                }));
            }
            else
            {
                app.UseExceptionHandler("/error");
            }

            _ = kind == "re-execute" ? app.UseStatusCodePagesWithReExecute("/error") : app.UseStatusCodePagesWithRedirects("/error");
            MapFailures(app);
            ErrorPages["group"](app);
        });

        Assert.Equal(["it failed 404 with 404"], (await AskAsync(host, "/speaks/404")).Events);
        Assert.Equal(["it failed 0 with 500"], (await AskAsync(host, "/speaks/0")).Events);
    }

    [Fact]
    public async Task ExceptionHandlers_AndProblemDetails_AnswerAsWithoutCommentary()
    {
        await using var host = await ToldApp.StartAsync(
            MapFailures,
            app => app.UseExceptionHandler().UseStatusCodePages(),
            services => services.AddProblemDetails().AddExceptionHandler<Handler>());

        var (status, text, told) = await AskAsync(host, "/speaks/0");
        Assert.Equal((500, "handled"), (status, text));
        Assert.Equal(["it failed 0 with 500"], told);
        (status, text, told) = await AskAsync(host, "/speaks/404");
        Assert.Equal(404, status);
        Assert.Contains("\"status\":404", text, StringComparison.Ordinal);
        Assert.Equal(["it failed 404 with 404"], told);
    }

    private static Task<ToldApp> StartAsync(Action<WebApplication> map) => ToldApp.StartAsync(
        app =>
        {
            MapFailures(app);
            map(app);
        },
        app => app.UseExceptionHandler("/error").UseStatusCodePagesWithReExecute("/error"),
        services => services.AddControllers().AddApplicationPart(typeof(ErrorPageTests).Assembly));

    private static void MapFailures(WebApplication app)
    {
        app.MapPost("/fails/{status:int}", Fail);
        app.MapPost("/silent/{status:int}", Fail).DisableChatCommentary();
        app.MapPost("/speaks/{status:int}", Fail).WithChatCommentary("it failed {status}", on: CommentaryOutcome.Success)
            .WithChatCommentary(
                context => ValueTask.FromResult<string?>($"it failed {context.Arguments["status"]} with {context.StatusCode}"),
                on: CommentaryOutcome.Failure);
    }

    private static IResult Fail(int status) => status == 0 ? throw new InvalidOperationException("as planned") : Results.StatusCode(status);

    private static Task<ToldApp.Told> AskAsync(ToldApp app, string path) => app.AskAsync(HttpMethod.Post, path);

    private sealed class Handler : IExceptionHandler
    {
        public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
        {
            await httpContext.Response.WriteAsync("handled", cancellationToken);
            return true;
        }
    }
}

/// <summary>An error page of MVC.</summary>
public sealed class ErrorPageController : Controller
{
    [Route("/error")]
    [ChatCommentary("page {status} {path}", On = CommentaryOutcome.Failure)]
    public IActionResult Show() => new ContentResult { Content = $"the page for {Response.StatusCode}", StatusCode = Response.StatusCode };
}
