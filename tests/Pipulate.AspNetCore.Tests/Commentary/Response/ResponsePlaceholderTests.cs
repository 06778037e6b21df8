using System.IO.Compression;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Pipulate.Commentary.Response;
using Pipulate.Tests.Middleware;

namespace Pipulate.Tests.Commentary.Response;

/// <summary>The placeholder <c>{response}</c> over a real server: what the model is told, and that the response is as it was.</summary>
public sealed class ResponsePlaceholderTests
{
    private const string Fragment = "<li id=\"t1\">Milk &amp; honey</li>";

    public static TheoryData<string, Func<HttpContext, Task>> Ways => new()
    {
        { "WriteAsync", context => context.Response.WriteAsync(Fragment) },
        { "Body", context => context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(Fragment)).AsTask() },
        {
            "BodyWriter",
            async context =>
            {
                Encoding.UTF8.GetBytes(Fragment, context.Response.BodyWriter);
                await context.Response.BodyWriter.FlushAsync();
            }
        },
        {
            "in pieces",
            async context =>
            {
                foreach (var piece in Fragment)
                {
                    await context.Response.WriteAsync(piece.ToString());
                    await context.Response.Body.FlushAsync();
                }
            }
        },
        { "result", context => Results.Content(Fragment, "text/html").ExecuteAsync(context) },
    };

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Response_WrittenInAnyWay_IsToldAndUnchanged(string way, Func<HttpContext, Task> write)
    {
        await using var app = await ToldApp.StartAsync(app => app.MapPost("/told", (HttpContext context) =>
        {
            context.Response.ContentType = "text/html";
            return write(context);
        }).WithChatCommentary("The page shows {response}."));

        var told = await app.AskAsync(HttpMethod.Post, "/told");

        Assert.True(told.Text == Fragment, way);
        Assert.Equal(["The page shows \"Milk & honey\"."], told.Events);
    }

    [Theory]
    [InlineData("application/json", "{}")]
    [InlineData("text/event-stream", "data: x\n\n")]
    [InlineData("text/html", "")]
    public async Task Response_WithoutText_IsUnknown(string type, string body)
    {
        await using var app = await ToldApp.StartAsync(
            app => app.MapPost("/told", () => Results.Content(body, type)).WithChatCommentary("Shown: {response}."));

        var told = await app.AskAsync(HttpMethod.Post, "/told");

        Assert.Equal((body, "Shown: (unknown)."), (told.Text, Assert.Single(told.Events)));
    }

    [Fact]
    public async Task Response_Long_IsCutAtFiveTimesTheValue()
    {
        await using var app = await ToldApp.StartAsync(
            app => app.MapPost("/told", () => Results.Content($"<p>{new string('x', 100_000)}</p>", "text/html"))
                .WithChatCommentary("{response}"),
            configure: options => options.Limits.ValueCharacters = 10);

        var told = await app.AskAsync(HttpMethod.Post, "/told");

        Assert.Equal(100_007, told.Text.Length);
        Assert.Equal($"\"{new string('x', 50)}…\"", Assert.Single(told.Events));
    }

    [Fact]
    public async Task Response_RedactedByName_IsNotTold()
    {
        await using var app = await ToldApp.StartAsync(
            app => app.MapPost("/told", () => Results.Content(Fragment, "text/html")).WithChatCommentary("{response}"),
            configure: options => options.RedactFields.Add("resp*"));

        Assert.Equal(["(redacted)"], (await app.AskAsync(HttpMethod.Post, "/told")).Events);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Response_Compressed_IsToldWhereItPassesUncompressed(bool outside)
    {
        await using var app = await ToldApp.StartAsync(
            app =>
            {
                if (!outside)
                {
                    app.UseResponseCompression();
                }

                app.MapPost("/told", () => Results.Content(Fragment, "text/html")).WithChatCommentary("Shown: {response}.");
            },
            before: app =>
            {
                if (outside)
                {
                    app.UseResponseCompression();
                }
            },
            services: services => services.AddResponseCompression());

        var told = await app.AskAsync(HttpMethod.Post, "/told", ("Accept-Encoding", "gzip"));

        Assert.NotEqual(Fragment, told.Text);
        Assert.Equal([outside ? "Shown: \"Milk & honey\"." : "Shown: (unknown)."], told.Events);
    }

    [Fact]
    public async Task Response_Streamed_ReachesTheClientWhileItGoesOn()
    {
        var arrived = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var host = await ChatHost.StartAsync(
            app => app.MapPost("/told", async (HttpContext context) =>
            {
                context.Response.ContentType = "text/html";
                await context.Response.WriteAsync("<p>first</p>");
                await context.Response.Body.FlushAsync();
                await arrived.Task.WaitAsync(TestTime.Timeout);
                await context.Response.WriteAsync("<p>second</p>");
            }).WithChatCommentary("{response}"),
            ollama: false);
        using var http = new HttpClient { BaseAddress = host.Address };
        using var request = new HttpRequestMessage(HttpMethod.Post, "/told");
        using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        await using var body = await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken);
        var buffer = new byte[100];
        var read = await body.ReadAsync(buffer, TestContext.Current.CancellationToken);
        arrived.SetResult();

        Assert.Equal("<p>first</p>", Encoding.UTF8.GetString(buffer, 0, read));
        using var rest = new StreamReader(body);
        Assert.Equal("<p>second</p>", await rest.ReadToEndAsync(TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("They added it.", false)]
    [InlineData("Shown: {response}.", true)]
    public async Task Response_NotNamed_IsNotCopied(string template, bool copied)
    {
        var seen = false;
        await using var app = await ToldApp.StartAsync(app => app.MapPost("/told", (HttpContext context) =>
        {
            seen = context.Features.Get<IHttpResponseBodyFeature>() is ResponseCopy;
            return "ok";
        }).WithChatCommentary(template));

        await app.AskAsync(HttpMethod.Post, "/told");

        Assert.Equal(copied, seen);
    }

    [Fact]
    public async Task Response_EndpointThrows_IsNotToldInTheErrorText()
    {
        await using var app = await ToldApp.StartAsync(app => app.MapPost("/told", (HttpContext context) =>
        {
            Assert.IsType<ResponseCopy>(context.Features.Get<IHttpResponseBodyFeature>());
            throw new InvalidOperationException("as planned");
        }).WithChatCommentary("Failed: {error} {response}", on: CommentaryOutcome.Failure));

        var told = await app.AskAsync(HttpMethod.Post, "/told");

        Assert.EndsWith("(unknown)", Assert.Single(told.Events), StringComparison.Ordinal);
    }
}
