using System.Net;
using AngleSharp.Dom;
using AngleSharp.Html.Parser;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc.Rendering;
using Microsoft.AspNetCore.Razor.TagHelpers;
using Microsoft.Extensions.DependencyInjection;
using Pipulate.FakeOllama;
using Pipulate.TagHelpers;

namespace Pipulate.Tests.Endpoints;

/// <summary>An application with a page that has a panel and the list of conversations, and what a browser does there.</summary>
internal static class ConversationsPage
{
    public static async Task<ChatHost> StartAsync(
        Action<PipulateOptions>? configure = null, Action<IServiceCollection>? services = null, Action<WebApplication>? signIn = null)
    {
        var host = await ChatHost.StartAsync(
            app =>
            {
                app.MapGet(
                    "/token", (HttpContext context, IAntiforgery antiforgery) => antiforgery.GetAndStoreTokens(context).RequestToken);
                app.MapGet("/", ShowAsync);
                app.MapGet("/about", ShowAsync);
                app.MapGet("/who", (HttpContext context) => context.GetConversation()?.Value);
                app.MapPost("/like", [ChatCommentary("They like {what}.", Lane = ChatLane.Note)] (string what) => "");
            },
            options =>
            {
                options.Events.Add("noted", "They chose {message}.", ChatLane.Note);
                options.Limits.MessageBurst = 1000;
                configure?.Invoke(options);
            },
            services,
            signIn: signIn);
        host.Ollama.Answer = _ => FakeAnswer.Text("I see.");
        return host;
    }

    /// <summary>A visitor who has loaded the page, with no connection yet.</summary>
    public static Task<HttpClient> VisitAsync(this ChatHost host) => host.VisitAsync(out _);

    /// <inheritdoc cref="VisitAsync(ChatHost)"/>
    /// <param name="host">The application.</param>
    /// <param name="visitor">The cookies that they then have.</param>
    public static Task<HttpClient> VisitAsync(this ChatHost host, out CookieContainer visitor) =>
        VisitAsync(host, visitor = new CookieContainer());

    private static async Task<HttpClient> VisitAsync(ChatHost host, CookieContainer visitor)
    {
        var http =
            new HttpClient(new SocketsHttpHandler { CookieContainer = visitor, AllowAutoRedirect = false }) { BaseAddress = host.Address };
        (await http.GetAsync("/", Cancellation)).EnsureSuccessStatusCode();
        return http;
    }

    /// <summary>Begins a conversation from the page that shows the first one.</summary>
    /// <returns>Its name.</returns>
    public static async Task<string> BeginAsync(this HttpClient http)
    {
        using var response = await http.PressAsync("/conversations");
        Assert.Equal(HttpStatusCode.SeeOther, response.StatusCode);
        var address = response.Headers.Location!.ToString();
        Assert.StartsWith("/?conversation=", address, StringComparison.Ordinal);
        return address["/?conversation=".Length..];
    }

    /// <summary>Sends a form of the list, as a browser does without a script, or as htmx does.</summary>
    public static async Task<HttpResponseMessage> PressAsync(
        this HttpClient http, string path, string page = "/", bool htmx = false, params (string Name, string Value)[] fields)
    {
        var token = await http.GetStringAsync("/token", Cancellation);
        using var request = new HttpRequestMessage(HttpMethod.Post, path)
        {
            Content = new FormUrlEncodedContent([
                KeyValuePair.Create("__RequestVerificationToken", token),
                .. fields.Select(field => KeyValuePair.Create(field.Name, field.Value))
            ]),
        };
        request.Headers.Referrer = new Uri(http.BaseAddress!, page);
        if (htmx)
        {
            request.Headers.Add("HX-Request", "true");
            request.Headers.Add("HX-Current-URL", new Uri(http.BaseAddress!, page).ToString());
        }

        return await http.SendAsync(request, Cancellation);
    }

    public static async Task<IDocument> LoadAsync(this HttpClient http, string path) =>
        new HtmlParser().ParseDocument(await (await http.GetAsync(path, Cancellation)).Content.ReadAsStringAsync(Cancellation));

    public static async Task<IDocument> ReadAsync(this HttpResponseMessage response) =>
        new HtmlParser().ParseDocument(await response.Content.ReadAsStringAsync(Cancellation));

    /// <summary>The titles in the list, with a star at the one that the page shows.</summary>
    public static string[] Titles(this IParentNode page) =>
        [.. page.QuerySelectorAll("li > a").Select(link => link.TextContent + (link.GetAttribute("aria-current") == "true" ? "*" : ""))];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>What a view of these tag helpers would be.</summary>
    private static async Task ShowAsync(HttpContext context)
    {
        var view = new ViewContext { HttpContext = context };
        var html = "";
        foreach (var helper in (TagHelper[])[
            new ChatConversationsTagHelper { ViewContext = view }, new ChatPanelTagHelper { ViewContext = view }
        ])
        {
            var output = new TagHelperOutput("chat", [], (_, _) => Task.FromResult<TagHelperContent>(new DefaultTagHelperContent()));
            await helper.ProcessAsync(new TagHelperContext([], new Dictionary<object, object>(), "test"), output);
            using var writer = new StringWriter();
            output.WriteTo(writer, System.Text.Encodings.Web.HtmlEncoder.Default);
            html += writer;
        }

        context.Response.ContentType = "text/html; charset=utf-8";
        await context.Response.WriteAsync(html, Cancellation);
    }
}
