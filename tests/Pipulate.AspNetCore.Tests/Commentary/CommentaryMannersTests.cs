using System.Net;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Pipulate.FakeOllama;

namespace Pipulate.Tests.Commentary;

/// <summary>What stands around the matrix: where the middleware may stand, where values come from, and what must not go wrong.</summary>
public sealed class CommentaryMannersTests
{
    [Fact]
    public async Task UsePipulate_BeforeAnExplicitUseRouting_StillTells()
    {
        await using var host = await ChatHost.StartAsync(app =>
        {
            app.UseRouting();
            app.MapPost("/marked/{id:int}", [ChatCommentary("marked {id}")] (int id) => "");
        });

        // Too late for the wrap: the name is found in the route, as a text.
        Assert.Equal("[event] marked \"7\"", await ToldAsync(host, "/marked/7"));
    }

    [Fact]
    public async Task BareAttribute_OnALambda_SeesResultAndJsonBody()
    {
        await using var host = await ChatHost.StartAsync(app =>
            app.MapPost(
                "/todo", [ChatCommentary("{todo.Title} became {result.Title}")] async Task<Results<Ok<Todo>, NotFound>> (Todo todo) =>
            {
                await Task.Yield();
                return TypedResults.Ok(new Todo(todo.Title + "!"));
            }));

        Assert.Equal(
            "[event] \"Milk\" became \"Milk!\"", await ToldAsync(host, "/todo", System.Net.Http.Json.JsonContent.Create(new Todo("Milk"))));
    }

    [Fact]
    public async Task PageHandlerMethod_OfAPageWithNothingElse_IsTold()
    {
        await using var host = await ChatHost.StartAsync(
            app => app.MapRazorPages(),
            services: services => services
                .AddRazorPages(pages => pages.Conventions.AddFolderRouteModelConvention("/Broken", model => model.Selectors.Clear()))
                .AddApplicationPart(typeof(CommentaryMannersTests).Assembly));

        Assert.Equal("[event] done 7 \"Milk\" 200", await ToldAsync(host, "/success/page-handler/7/200?title=Milk"));
    }

    [Fact]
    public async Task Links_ToEndpointsBehindTheWrap_AreStillMade()
    {
        await using var host = await ChatHost.StartAsync(app =>
            app.MapPost("/todo/{id:int}", [ChatCommentary("at {result}")] (
                int id, LinkGenerator links) => links.GetPathByName("todo", new { id = id + 1 })).WithName("todo"));

        Assert.Equal("[event] at \"/todo/8\"", await ToldAsync(host, "/todo/7"));
    }

    [Fact]
    public async Task Exception_HandledBehindTheMiddleware_IsAFailureOfWhatWasAskedFor()
    {
        await using var host = await ChatHost.StartAsync(app =>
        {
            app.UseExceptionHandler(failing => failing.Run(context => context.Response.WriteAsync("sorry")));
            app.MapPost("/throws/{id:int}", [ChatCommentary("failed {id} {status} {error}", On = CommentaryOutcome.Failure)] string (
                int id) => throw new InvalidOperationException("SECRET"));
        });

        Assert.Equal("[event] failed 7 500 \"The server failed.\"", await ToldAsync(host, "/throws/7"));
    }

    [Fact]
    public async Task StatusCodePages_ThatRunThePipelineAgain_AreToldOnce()
    {
        await using var host = await ChatHost.StartAsync(
            app =>
            {
                app.MapPost("/missing", [ChatCommentary("missing {status}", On = CommentaryOutcome.Any)] () => Results.NotFound());
                app.Map("/error", [ChatCommentary("error page {status}", On = CommentaryOutcome.Any)] () => "not here");
            },
            services: services => services.AddTransient<IStartupFilter, ReExecute>());

        Assert.Equal("[event] missing 404", await ToldAsync(host, "/missing"));
    }

    [Fact]
    public async Task Refusal_ThatRedirectsToTheLogin_IsAFailure()
    {
        await using var host = await ChatHost.StartAsync(
            app => app.MapPost("/secret", [ChatCommentary(
                "they did it"), ChatCommentary("refused {status} {error}", On = CommentaryOutcome.Failure)] () => Results.Challenge()),
            services: services => services.AddAuthentication(CookieAuthenticationDefaults.AuthenticationScheme).AddCookie(cookie =>
                cookie.Events.OnRedirectToLogin = context =>
                {
                    context.Response.Redirect("/login");
                    return Task.CompletedTask;
                }));

        Assert.Equal("[event] refused 302 \"The user was not allowed to.\"", await ToldAsync(host, "/secret"));
    }

    [Theory]
    [InlineData("/errors/problem", "The list is full.")]
    [InlineData("/errors/validation", "The title is missing.")]
    [InlineData("/errors/text", "Not like that.")]
    [InlineData("/errors/trace", "The server answered: Bad Request.")]
    [InlineData("/errors/set", "The cat sat on the server.")]
    [InlineData("/errors/binding?n=many", "The server answered: Bad Request.")]
    [InlineData("/api/errors", "The Title field is required.")]
    public async Task Error_IsWhatTheApplicationSaid_ElseTheStatusInWords(string path, string expected)
    {
        await using var host = await ChatHost.StartAsync(
            app =>
            {
                var errors = app.MapGroup("/errors").WithChatCommentary("{error}", on: CommentaryOutcome.Failure);
                errors.MapPost("/problem", () => Results.Problem("The list is full.", statusCode: 409));
                errors.MapPost(
                    "/validation",
                    () => TypedResults.ValidationProblem(new Dictionary<string, string[]> { ["title"] = ["The title is missing."] }));
                errors.MapPost("/text", () => TypedResults.BadRequest("Not like that."));
                errors.MapPost("/trace", () => TypedResults.BadRequest(new InvalidOperationException("SECRET") + "\n   at Some.Where()"));
                errors.MapPost("/set", string (HttpContext context) =>
                {
                    context.SetCommentary("error", "The cat sat on the server.");
                    throw new InvalidOperationException("SECRET");
                });
                errors.MapPost("/binding", (int n) => n);
                app.MapControllers();
            },
            services: services => services.AddControllers().AddApplicationPart(typeof(CommentaryMannersTests).Assembly));

        Assert.Equal($"[event] \"{expected}\"", await ToldAsync(
            host, path, path.StartsWith("/api", StringComparison.Ordinal) ? System.Net.Http.Json.JsonContent.Create(new { }) : null));
    }

    [Fact]
    public async Task SetCommentary_InAService_ReachesTheTemplate()
    {
        await using var host = await ChatHost.StartAsync(
            app => app.MapPost("/toggle", [ChatCommentary("was {before.Title}")] (Store store) => store.Toggle()),
            services: services => services.AddScoped<Store>());

        Assert.Equal("[event] was \"old\"", await ToldAsync(host, "/toggle"));
    }

    [Fact]
    public async Task Code_ThatThrows_IsWarnedOfOnceAndFailsNothing()
    {
        await using var host = await ChatHost.StartAsync(app =>
        {
            app.MapPost("/broken", () => "fine").WithChatCommentary(_ => throw new InvalidOperationException("as planned"));
            app.MapPost("/value", [ChatCommentary("{result.Title}")] () => new Grumpy());
            app.MapPost("/null", () => "fine").WithChatCommentary(_ => ValueTask.FromResult<string?>(null));
        });
        var page = await host.OpenAsync();

        foreach (var path in new[] { "/broken", "/broken", "/value", "/value", "/null" })
        {
            using var response = await page.Http.PostAsync(path, null, TestContext.Current.CancellationToken);
            Assert.Equal(path == "/value" ? HttpStatusCode.NoContent : HttpStatusCode.OK, response.StatusCode);
        }

        await page.TypeAsync("Did anything happen?");
        await page.WaitForAnswerAsync();
        Assert.Equal(["system", "user"], Assert.Single(host.Ollama.Chats).Messages.Select(message => message.Role));
        Assert.Single(
            host.Logs.Lines, line => line.Level is LogLevel.Warning && line.Text.Contains("POST /broken", StringComparison.Ordinal));
        Assert.Single(
            host.Logs.Lines, line => line.Level is LogLevel.Warning && line.Text.Contains("POST /value", StringComparison.Ordinal));
    }

    [Fact]
    public async Task WebSocket_ThatIsMarked_IsSilent()
    {
        await using var host = await ChatHost.StartAsync(app =>
        {
            app.UseWebSockets();
            app.Map("/socket", async (HttpContext context) =>
            {
                using var socket = await context.WebSockets.AcceptWebSocketAsync();
                await socket.CloseAsync(System.Net.WebSockets.WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
            }).WithChatCommentary("socket {status}", on: CommentaryOutcome.Any);
        });
        var page = await host.OpenAsync();

        using var socket = new System.Net.WebSockets.ClientWebSocket();
        socket.Options.Cookies = page.Visitor;
        await socket.ConnectAsync(
            new UriBuilder(host.Address) { Scheme = "ws", Path = "/socket" }.Uri, TestContext.Current.CancellationToken);
        await socket.ReceiveAsync(new byte[1], TestContext.Current.CancellationToken);
        await socket.CloseAsync(System.Net.WebSockets.WebSocketCloseStatus.NormalClosure, null, TestContext.Current.CancellationToken);
        await page.TypeAsync("Did anything happen?");
        await page.WaitForAnswerAsync();

        Assert.Equal(["system", "user"], Assert.Single(host.Ollama.Chats).Messages.Select(message => message.Role));
    }

    private static async Task<string> ToldAsync(ChatHost host, string path, HttpContent? content = null)
    {
        var page = await host.OpenAsync();
        using var response = await page.Http.PostAsync(path, content, TestContext.Current.CancellationToken);
        var chat = await host.Ollama.WaitForChatAsync(1, TestContext.Current.CancellationToken);
        await page.WaitForAnswerAsync();
        Assert.Single(host.Ollama.Chats);
        return chat.Messages[^1].Content;
    }

    private sealed record Todo(string Title);

    private sealed class Store(IHttpContextAccessor requests)
    {
        public void Toggle() => requests.HttpContext?.SetCommentary("before", new Todo("old"));
    }

    private sealed class Grumpy : IResult, IValueHttpResult
    {
        public string Title => throw new InvalidOperationException($"as planned in {this}");

        public object? Value => this;

        public Task ExecuteAsync(HttpContext httpContext)
        {
            httpContext.Response.StatusCode = 204;
            return Task.CompletedTask;
        }
    }

    private sealed class ReExecute : IStartupFilter
    {
        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            app.UseStatusCodePagesWithReExecute("/error");
            next(app);
        };
    }
}
