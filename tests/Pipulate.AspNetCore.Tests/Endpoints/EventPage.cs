using System.Text.Json;
using AngleSharp.Html.Parser;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Pipulate.Tests.Endpoints;

/// <summary>A page that tells of events, and what the model has then heard.</summary>
internal static class EventPage
{
    /// <summary>A host where two events are registered: one is noted, one is commented on.</summary>
    public static Task<ChatHost> StartAsync(
        Action<PipulateOptions>? configure = null,
        Action<WebApplication>? map = null,
        Dictionary<string, string?>? settings = null,
        bool ollama = true) =>
        ChatHost.StartAsync(
            app =>
            {
                app.MapGet(
                    "/token", (HttpContext context, IAntiforgery antiforgery) => antiforgery.GetAndStoreTokens(context).RequestToken);
                map?.Invoke(app);
            },
            options =>
            {
                options.Events.Add("noted", "They chose {message}.", ChatLane.Note);
                options.Events.Add("told", "They went to {message}. One remark.");
                options.Events.Add("bare", "They waved.", ChatLane.Note);
                configure?.Invoke(options);
            },
            settings: settings,
            ollama: ollama);

    public static Task<string> TokenAsync(this ChatPage page) => page.Http.GetStringAsync("/token", TestContext.Current.CancellationToken);

    /// <summary>A request to /chatq as a browser's program makes it: with the visitor's cookies, and htmx's header or not.</summary>
    public static async Task<HttpResponseMessage> PostAsync(
        this ChatPage page, HttpContent? content, bool htmx = false, params (string Name, string Value)[] headers)
    {
        using var http = new HttpClient(new SocketsHttpHandler { CookieContainer = page.Visitor }) { BaseAddress = page.Http.BaseAddress };
        using var request = new HttpRequestMessage(HttpMethod.Post, "/chatq") { Content = content };
        foreach (var (name, value) in htmx ? [("HX-Request", "true"), .. headers] : headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return await http.SendAsync(request, TestContext.Current.CancellationToken);
    }

    public static FormUrlEncodedContent Form(params (string Name, string Value)[] fields) =>
        new(fields.Select(field => KeyValuePair.Create(field.Name, field.Value)));

    /// <summary>What the model has heard of this visitor's doings, oldest first.</summary>
    public static async Task<IReadOnlyList<string>> HeardAsync(this ChatPage page)
    {
        var view = new HtmlParser().ParseDocument(await page.Http.GetStringAsync("/context", TestContext.Current.CancellationToken));
        return [.. view.QuerySelectorAll(".chat-context-events > li > span").Select(text => text.TextContent)];
    }

    /// <summary>A refusal says what to do, and to htmx nothing that it would put into the page.</summary>
    public static async Task AssertRefusalAsync(HttpResponseMessage response, bool htmx)
    {
        var body = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        if (htmx)
        {
            Assert.Empty(body);
            Assert.Equal("none", Assert.Single(response.Headers.GetValues("HX-Reswap")));
            return;
        }

        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        var problem = JsonDocument.Parse(body).RootElement;
        Assert.Equal((int)response.StatusCode, problem.GetProperty("status").GetInt32());
        Assert.Contains(' ', problem.GetProperty("detail").GetString()!);
        Assert.NotEmpty(problem.GetProperty("title").GetString()!);
    }
}
