using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Pipulate.Conversations;
using Pipulate.Security;
using Pipulate.Storage;

namespace Pipulate.Tests.Commentary.Outcomes;

/// <summary>
/// An application with every kind of endpoint, each marked for success only ("success/…") and for both outcomes ("both/…").
/// </summary>
public sealed class OutcomeHost : IAsyncLifetime
{
    public const string Done = "done {id} {title} {status}";
    public const string Broad = "done broadly {id} {title} {status}";
    public const string Failed = "failed {id} {status} {error}";

    private readonly HttpClient _http = new(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false });
    private WebApplication _app = null!;

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddSingleton<IChatClient, SilentModel>();
        builder.Services.AddControllersWithViews().AddApplicationPart(typeof(OutcomeHost).Assembly);
        builder.Services.AddRazorPages(
            pages => pages.Conventions.AddFolderRouteModelConvention("/Broken", model => model.Selectors.Clear()));
        builder.Services.AddRazorComponents();
        builder.Services.AddPipulate();
        _app = builder.Build();
        _app.Use(ReportAsync);
        _app.UsePipulate();
        _app.UseAntiforgery();
        Map(_app);
        await _app.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _app.DisposeAsync();
    }

    /// <summary>
    /// Asks as a visitor of its own, and gives what that visitor's conversation holds when the request has left the pipeline.
    /// </summary>
    internal async Task<Told> AskAsync(string method, string path, bool htmx, bool aborted = false)
    {
        var (cookie, conversation) = Welcome();
        var @case = new OutcomeCase();
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(new Uri(_app.Urls.First()), path));
        request.Headers.Add("Cookie", cookie);
        @case.AddTo(request);
        if (htmx)
        {
            request.Headers.Add("HX-Request", "true");
        }

        var status = 0;
        if (aborted)
        {
            using var leave = new CancellationTokenSource();
            var asking = _http.SendAsync(request, leave.Token);
            await @case.Entered.Task.WaitAsync(TestTime.Timeout);
            await leave.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking);
        }
        else
        {
            using var response = await _http.SendAsync(request, TestContext.Current.CancellationToken);
            status = (int)response.StatusCode;
        }

        var thrown = await @case.Left.Task.WaitAsync(TestTime.Timeout);
        lock (conversation.Gate)
        {
            return new Told(
                status,
                thrown,
                [.. conversation.Log.Entries.Where(entry => entry.Role is EntryRole.Event).Select(entry => entry.Text.ToString())]);
        }
    }

    private static void Map(WebApplication app)
    {
        const string Route = "/{id:int}/{ending}";
        var success = app.MapGroup("/success");
        success.MapPost(
            "/lambda" + Route, [ChatCommentary(Done)] (HttpContext context, int id, string ending) => Ending.ResultAsync(context, ending));
        success.MapPost(
            "/lambda-convention" + Route,
            (HttpContext context, int id, string ending) => Ending.ResultAsync(context, ending)).WithChatCommentary(Done);
        success.MapPost("/method-group" + Route, SuccessGroup);
        success.MapPost("/delegate" + Route, SuccessDelegate);
        success.MapPost("/delegate-convention" + Route, Ending.WriteAsync).WithChatCommentary(Done);
        success.MapFallback(
            "/fallback" + Route,
            [ChatCommentary(Done)] (HttpContext context, int id, string ending) => Ending.ResultAsync(context, ending));
        success.MapFallback(
            "/fallback-convention" + Route,
            (HttpContext context, int id, string ending) => Ending.ResultAsync(context, ending)).WithChatCommentary(Done);
        success.MapGroup("/group-inherited").WithChatCommentary(Done)
            .MapPost(Route, (HttpContext context, int id, string ending) => Ending.ResultAsync(context, ending));
        success.MapGroup("/group-overridden").WithChatCommentary("The group is silent here: the handler is nearer.")
            .MapPost(Route, [ChatCommentary(Done)] (HttpContext context, int id, string ending) => Ending.ResultAsync(context, ending));
        success.MapPost(
            "/code" + Route,
            (HttpContext context, int id, string ending) => Ending.ResultAsync(context, ending)).WithChatCommentary(DoneInCode);

        var both = app.MapGroup("/both");
        both.MapPost(
            "/lambda" + Route,
            [ChatCommentary(Done), ChatCommentary(Failed, On = CommentaryOutcome.Failure)] (HttpContext context, int id, string ending) =>
            Ending.ResultAsync(context, ending));
        both.MapPost("/lambda-convention" + Route, (HttpContext context, int id, string ending) => Ending.ResultAsync(context, ending))
            .WithChatCommentary(Done).WithChatCommentary(Failed, on: CommentaryOutcome.Failure);
        both.MapPost("/method-group" + Route, BothGroup);
        both.MapPost("/delegate" + Route, BothDelegate);
        both.MapPost("/delegate-convention" + Route, Ending.WriteAsync).WithChatCommentary(
            Failed, on: CommentaryOutcome.Any).WithChatCommentary(Done);
        both.MapFallback(
            "/fallback" + Route,
            [ChatCommentary(Done), ChatCommentary(Failed, On = CommentaryOutcome.Failure)] (HttpContext context, int id, string ending) =>
            Ending.ResultAsync(context, ending));
        both.MapFallback(
            "/fallback-convention" + Route, (HttpContext context, int id, string ending) => Ending.ResultAsync(context, ending))
            .WithChatCommentary(Done).WithChatCommentary(Failed, on: CommentaryOutcome.Failure);
        both.MapGroup("/group-inherited").WithChatCommentary(Done).WithChatCommentary(Failed, on: CommentaryOutcome.Failure)
            .MapPost(Route, (HttpContext context, int id, string ending) => Ending.ResultAsync(context, ending));

        // Success is the handler's, failure the group's: each outcome has its own nearest.
        both.MapGroup("/group-overridden").WithChatCommentary(Failed, on: CommentaryOutcome.Any)
            .MapPost(Route, [ChatCommentary(Done)] (HttpContext context, int id, string ending) => Ending.ResultAsync(context, ending));
        both.MapPost("/code" + Route, (HttpContext context, int id, string ending) => Ending.ResultAsync(context, ending))
            .WithChatCommentary(DoneInCode).WithChatCommentary(FailedInCode, on: CommentaryOutcome.Failure);

        MapSilent(app, Route);
        app.MapControllers().WithChatCommentary(Broad);
        app.MapRazorPages().WithChatCommentary(Broad);
        app.MapRazorComponents<OutcomeApp>().WithChatCommentary(Broad);
    }

    private static void MapSilent(WebApplication app, string route)
    {
        var silent = app.MapGroup("/silent");
        silent.MapPost("/unmarked" + route, (HttpContext context, int id, string ending) => Ending.ResultAsync(context, ending));
        silent.MapPost(
            "/attribute" + route,
            [DisableChatCommentary, ChatCommentary(Done, On = CommentaryOutcome.Any)] (HttpContext context, int id, string ending) =>
            Ending.ResultAsync(context, ending)).WithChatCommentary(Done, on: CommentaryOutcome.Any);
        silent.MapGroup("/group").DisableChatCommentary()
            .MapPost(route, [ChatCommentary(Done, On = CommentaryOutcome.Any)] (
                HttpContext context, int id, string ending) => Ending.ResultAsync(context, ending));
        silent.MapPost(
            "/convention" + route, [ChatCommentary(Done, On = CommentaryOutcome.Any)] (HttpContext context, int id, string ending) =>
            Ending.ResultAsync(context, ending)).DisableChatCommentary();
    }

    [ChatCommentary(Done)]
    private static Task<IResult> SuccessGroup(HttpContext context, int id, string ending) => Ending.ResultAsync(context, ending);

    [ChatCommentary(Done)]
    [ChatCommentary(Failed, On = CommentaryOutcome.Failure)]
    private static Task<IResult> BothGroup(HttpContext context, int id, string ending) => Ending.ResultAsync(context, ending);

    [ChatCommentary(Done)]
    private static Task SuccessDelegate(HttpContext context) => Ending.WriteAsync(context);

    [ChatCommentary(Done)]
    [ChatCommentary(Failed, On = CommentaryOutcome.Failure)]
    private static Task BothDelegate(HttpContext context) => Ending.WriteAsync(context);

    private static ValueTask<string?> DoneInCode(CommentaryContext context) =>
        ValueTask.FromResult<string?>($"done {context.Arguments["id"]} {context.Quote(context["title"])} {context.StatusCode}");

    private static async ValueTask<string?> FailedInCode(CommentaryContext context)
    {
        await Task.Yield();
        return $"failed {context["id"]} {context.StatusCode} {context.Quote(context["error"])}";
    }

    /// <summary>Stands before everything: says when a request has left, and with what.</summary>
    private static async Task ReportAsync(HttpContext context, RequestDelegate next)
    {
        Exception? thrown = null;
        try
        {
            await next(context);
        }
        catch (Exception exception)
        {
            thrown = exception;
            context.Response.StatusCode = 500;
        }

        OutcomeCase.Find(context)?.Left.SetResult(thrown);
    }

    private (string Cookie, Conversation Conversation) Welcome()
    {
        var context = new DefaultHttpContext();
        var visitor = _app.Services.GetRequiredService<VisitorIdentity>().GetOrCreate(context);
        var cookie = context.Response.Headers.SetCookie.ToString();
        return (
            cookie[..cookie.IndexOf(';', StringComparison.Ordinal)],
            _app.Services.GetRequiredService<ConversationCache>().Get(visitor.Conversation));
    }

    /// <summary>What came of a request.</summary>
    /// <param name="Status">What the client got.</param>
    /// <param name="Thrown">The exception that left the pipeline.</param>
    /// <param name="Events">What was told.</param>
    internal sealed record Told(int Status, Exception? Thrown, IReadOnlyList<string> Events);

    private sealed class SilentModel : IChatClient
    {
        public Task<ChatResponse> GetResponseAsync(
            IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
            Task.FromResult(new ChatResponse(new ChatMessage(ChatRole.Assistant, "…")));

        public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
            IEnumerable<ChatMessage> messages,
            ChatOptions? options = null,
            [EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            await Task.CompletedTask;
            yield return new ChatResponseUpdate(ChatRole.Assistant, "…");
        }

        public object? GetService(Type serviceType, object? serviceKey = null) => null;

        public void Dispose()
        {
        }
    }
}
