using System.Net.Http.Headers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Pipulate.Conversations;
using Pipulate.Security;
using Pipulate.Storage;

namespace Pipulate.Tests.Commentary;

/// <summary>What stands in a conversation after a request, whatever the endpoint was given and has returned.</summary>
public sealed class ValuesOfRequestsTests
{
    private static readonly string[] Things = [.. Enumerable.Range(1, 17).Select(number => $"Thing {number}")];

    [Theory]
    [InlineData("/title?title=Buy%20%F0%9F%A5%9B%20%22now%22", "added \"Buy 🥛 \\\"now\\\"\"")]
    [InlineData("/date?day=2026-05-11", "on \"2026-05-11\"")]
    [InlineData("/list", "\"Thing 1\", \"Thing 2\", \"Thing 3\", \"Thing 4\", \"Thing 5\" and 12 more")]
    [InlineData("/lazy", "gives sequence")]
    [InlineData("/result", "gave { Title: \"Milk\", Done: true }")]
    [InlineData("/file", "gave \"list.csv (text/csv, 3 bytes)\"")]
    [InlineData("/redirect", "gave \"redirect to /list\"")]
    [InlineData("/hidden", "is 3")]
    [InlineData("/code", "\"Thing 1\", \"Thing 2\", \"Thing 3\", \"Thing 4\", \"Thing 5\" and 12 more on \"2026-05-11\"")]
    public async Task Value_OfARequestByAReaderInGermany_ReachesTheModelInNoCulture(string address, string expected)
    {
        await using var host = await StartAsync();

        Assert.Equal([expected], await AskAsync(host, address));
    }

    [Fact]
    public async Task Value_InTheLaneSay_IsWrittenInTheReadersCulture()
    {
        await using var host = await StartAsync();

        Assert.Equal(
            ["Due 11.05.2026 for 1,50: Thing 1, Thing 2, Thing 3, Thing 4, Thing 5 and 12 more."],
            await AskAsync(host, "/say?day=2026-05-11"));
    }

    [Fact]
    public async Task Value_ThatIsAnUpload_IsNamedByNameTypeAndSize()
    {
        await using var host = await StartAsync();
        using var file = new ByteArrayContent(new byte[1_500]);
        file.Headers.ContentType = MediaTypeHeaderValue.Parse("image/png");
        using var form = new MultipartFormDataContent { { file, "photo", "me x.png" } };

        var events = await AskAsync(host, "/upload", form);

        Assert.Equal(["got \"me x.png (image/png, 1.5 kB)\""], events);
    }

    [Theory]
    [InlineData("/throws/getter", "is (unknown), says hello", "thing.Title")]
    [InlineData("/throws/text", "is (unknown), says hello", "thing")]
    [InlineData("/throws/member", "is { Title: (unknown), Name: \"n\" }, says hello", "thing")]
    public async Task Value_ThatThrows_IsUnknownAndLoggedOnceWithItsName(string address, string expected, string name)
    {
        await using var host = await StartAsync();

        Assert.Equal([expected], await AskAsync(host, address));
        Assert.Equal([expected], await AskAsync(host, address));
        var line = Assert.Single(host.Logs.Lines, line => line.Text.Contains("threw while it was read", StringComparison.Ordinal));
        Assert.Equal(LogLevel.Warning, line.Level);
        Assert.Contains($"{{{name}}}", line.Text, StringComparison.Ordinal);
        Assert.Contains(address, line.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_WithAPlaceholderThatCanOnlyGiveATypesName_IsWarnedOf()
    {
        await using var host = await StartAsync();

        var warnings = host.Logs.Lines
            .Where(line => line.Text.Contains("nothing can be written but", StringComparison.Ordinal))
            .Select(line => line.Text)
            .ToList();
        Assert.Equal(3, warnings.Count);
        Assert.Contains(warnings, text => text.Contains("POST /warned/service", StringComparison.Ordinal)
            && text.Contains("{store}", StringComparison.Ordinal)
            && text.Contains("\"empty store\"", StringComparison.Ordinal));
        Assert.Contains(warnings, text => text.Contains("POST /warned/path", StringComparison.Ordinal)
            && text.Contains("{result.Store}", StringComparison.Ordinal));
        Assert.Contains(
            warnings,
            text => text.Contains("POST /warned/stream", StringComparison.Ordinal) && text.Contains("{result}", StringComparison.Ordinal));
    }

    private static async Task<IReadOnlyList<string>> AskAsync(ChatHost host, string address, HttpContent? content = null)
    {
        var context = new DefaultHttpContext();
        var visitor = host.Services.GetRequiredService<VisitorIdentity>().GetOrCreate(context);
        var cookie = context.Response.Headers.SetCookie.ToString();
        var conversation = host.Services.GetRequiredService<ConversationCache>().Get(visitor.Conversation);
        using var http =
            new HttpClient(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false }) { BaseAddress = host.Address };
        using var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = content };
        request.Headers.Add("Cookie", cookie[..cookie.IndexOf(';', StringComparison.Ordinal)]);
        request.Headers.Add("Accept-Language", "de-DE");

        using var response = await http.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.True((int)response.StatusCode < 400, $"{response.StatusCode}");
        await Eventually.TrueAsync(() => Texts(conversation).Count > 0);
        return Texts(conversation);
    }

    private static IReadOnlyList<string> Texts(Conversation conversation)
    {
        lock (conversation.Gate)
        {
            return [.. conversation.Log.Entries.Where(entry => entry.State is EntryState.Complete).Select(entry => entry.Text.ToString())];
        }
    }

    private static Task<ChatHost> StartAsync() => ChatHost.StartAsync(
        app =>
        {
            // Behind UsePipulate, where the culture that it sets is not seen from outside.
            app.UseRequestLocalization("en-US", "de-DE");
            app.MapPost("/title", [ChatCommentary("added {title}", Lane = ChatLane.Note)] (string title) => "");
            app.MapPost("/date", [ChatCommentary("on {day}", Lane = ChatLane.Note)] (DateOnly day) => "");
            app.MapPost("/list", [ChatCommentary("{result}", Lane = ChatLane.Note)] () => Things.ToList());
            app.MapPost("/lazy", [ChatCommentary("gives {result}", Lane = ChatLane.Note)] () => Once());
            app.MapPost("/result", [ChatCommentary("gave {result}", Lane = ChatLane.Note)] Task<IResult> () =>
                Task.FromResult<IResult>(TypedResults.Ok(new Todo("Milk", true))));
            app.MapPost(
                "/file",
                [ChatCommentary("gave {result}", Lane = ChatLane.Note)] () => Results.File("abc"u8.ToArray(), "text/csv", "list.csv"));
            app.MapPost("/redirect", [ChatCommentary("gave {result}", Lane = ChatLane.Note)] () => Results.Redirect("/list"));
            app.MapPost("/hidden", [ChatCommentary("is {result.Title}", Lane = ChatLane.Note)] () => new Child());
            app.MapPost("/code", () => "").WithChatCommentary(
                context => ValueTask.FromResult<string?>($"{context.Quote(Things)} on {context.Quote(new DateOnly(2026, 5, 11))}"),
                ChatLane.Note);
            app.MapPost("/upload", [ChatCommentary("got {photo}", Lane = ChatLane.Note)] (IFormFile photo) => "").DisableAntiforgery();
            app.MapPost(
                "/say", [ChatCommentary("Due {day} for {price}: {things}.", Lane = ChatLane.Say)] (HttpContext context, DateOnly day) =>
            {
                context.SetCommentary("things", Things);
                context.SetCommentary("price", 1.50m);
            });
            app.MapPost("/throws/getter", [ChatCommentary("is {thing.Title}, says {hello}", Lane = ChatLane.Note)] (
                HttpContext context) => Set(context, new Throwing()));
            app.MapPost("/throws/text", [ChatCommentary("is {thing}, says {hello}", Lane = ChatLane.Note)] (
                HttpContext context) => Set(context, new ThrowingText()));
            app.MapPost(
                "/throws/member",
                [ChatCommentary("is {thing}, says {hello}", Lane = ChatLane.Note)] (HttpContext context) => Set(context, new Throwing()));
            app.MapPost(
                "/warned/service", [ChatCommentary("asked {store} for {id}", Lane = ChatLane.Note)] (int id, EmptyStore store) => "");
            app.MapPost("/warned/path", [ChatCommentary("gave {result.Store} and {result.Title}", Lane = ChatLane.Note)] Task<Holder> () =>
                Task.FromResult(new Holder()));
            app.MapPost("/warned/stream", [ChatCommentary("gave {result}", Lane = ChatLane.Note)] () => StreamAsync());
        },
        services: services => services.AddLocalization().AddSingleton<EmptyStore>(),
        ollama: false);

    private static void Set(HttpContext context, object thing)
    {
        context.SetCommentary("thing", thing);
        context.SetCommentary("hello", new Hello());
    }

    /// <summary>The answer enumerates it; the commentary must not.</summary>
    private static IEnumerable<string> Once()
    {
        yield return "Milk";
    }

    private static async IAsyncEnumerable<string> StreamAsync()
    {
        await Task.Yield();
        yield return "Milk";
    }

    private sealed class EmptyStore;

    private sealed class Holder
    {
        public string Title { get; } = "t";

        public EmptyStore Store { get; } = new();
    }

    private sealed record Todo(string Title, bool Done);

    private class Parent
    {
        public string Title { get; } = "hidden";
    }

    private sealed class Child : Parent
    {
        public new int Title { get; } = 3;
    }

    private sealed class Throwing
    {
        public string Title => Name.Length > 0 ? throw new InvalidOperationException("as planned") : "";

        public string Name { get; } = "n";
    }

    private sealed class ThrowingText
    {
        public override string ToString() => throw new InvalidOperationException("as planned");
    }

    /// <summary>Not in quotation marks, so that it can be seen that what follows is written.</summary>
    private sealed class Hello;
}
