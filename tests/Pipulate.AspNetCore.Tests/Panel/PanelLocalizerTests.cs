using System.Net;
using AngleSharp.Dom;
using AngleSharp.Html.Parser;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Localization;
using Pipulate.FakeOllama;

namespace Pipulate.Tests.Panel;

/// <summary>The panel in the page's language, with the application's own words, and with entries that the application writes.</summary>
public sealed class PanelLocalizerTests
{
    [Fact]
    public async Task Panel_OfAGermanPage_IsGermanInThePageAndInTheFramesThatFollow()
    {
        await using var host = await StartAsync();
        var visitor = new CookieContainer();
        var page = await RenderAsync(host, visitor, "de-DE");
        Assert.Equal("Senden", page.GetElementById("send-btn")!.TextContent);
        Assert.Equal("Sag etwas", page.GetElementById("msg")!.GetAttribute("placeholder"));
        Assert.Equal(("Eine Antwort beginnt.", "Kopiert"), (
            page.GetElementById("chat-panel")!.GetAttribute("data-begins"),
            page.GetElementById("chat-panel")!.GetAttribute("data-copied")));

        // The socket's request says nothing about a language: the page did.
        var chat = await host.OpenAsync(visitor);
        await chat.TypeAsync("Hallo");
        await chat.WaitForAnswerAsync();

        Assert.Contains(chat.Messages, message => message.Contains(">Kopieren</button>", StringComparison.Ordinal));
        Assert.DoesNotContain(chat.Messages, message => message.Contains(">Copy</button>", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Panel_OfAnotherVisitor_IsInTheirLanguage()
    {
        await using var host = await StartAsync();
        await RenderAsync(host, new CookieContainer(), "de");
        var page = await RenderAsync(host, new CookieContainer(), "es");

        Assert.Equal("Enviar", page.GetElementById("send-btn")!.TextContent);
    }

    [Fact]
    public async Task Panel_WithALocalizerOfTheApplication_HasItsWordsAndOursForTheRest()
    {
        await using var host = await StartAsync(services => services.AddSingleton<IStringLocalizer<ChatLabels>, Pirate>());
        var page = await RenderAsync(host, new CookieContainer(), "en");

        Assert.Equal("Fire!", page.GetElementById("send-btn")!.TextContent);
        Assert.Equal("Newest", page.GetElementById("chat-newest")!.TextContent);
    }

    [Fact]
    public async Task Panel_BesideTheFrameworksLocalization_HasOurWords()
    {
        await using var host = await StartAsync(services => services.AddLocalization());

        Assert.Equal("Senden", (await RenderAsync(host, new CookieContainer(), "de")).GetElementById("send-btn")!.TextContent);
    }

    [Fact]
    public async Task EntryRenderer_OfTheApplication_WritesThePageAndTheFramesAndTheTextGrows()
    {
        await using var host = await StartAsync(
            configure: options => options.TypingDelay = TimeSpan.Zero, build: pipulate => pipulate.AddEntryRenderer<Framed>());
        var visitor = new CookieContainer();
        var rest = new TaskCompletionSource();
        host.Ollama.Answer = _ => FakeAnswer.Text("one two") with { GateAfterFirst = rest.Task };
        var chat = await host.OpenAsync(visitor);
        await chat.TypeAsync("Hello");
        await chat.WaitAsync(dom => dom.Entries.Any(entry => entry.Role == "assistant" && entry.Text == "one"));
        rest.SetResult();

        Assert.Equal("one two", await chat.WaitForAnswerAsync());
        Assert.Contains(chat.Messages, message => message.Contains("<i>Assistant</i><div id=\"e2t\"", StringComparison.Ordinal));
        var page = await RenderAsync(host, visitor, "en");
        Assert.Equal(["User", "Assistant"], page.QuerySelectorAll("#msg-list i").Select(element => element.TextContent));
    }

    private static Task<ChatHost> StartAsync(
        Action<IServiceCollection>? services = null, Action<PipulateOptions>? configure = null, Action<IPipulateBuilder>? build = null) =>
        ChatHost.StartAsync(
            app => app.MapGet("/", async Task<IResult> (HttpContext context) => new PageResult(await context.RenderChatPanelAsync())),
            configure,
            collection =>
            {
                services?.Invoke(collection);
                build?.Invoke(collection.AddPipulate());
            },
            signIn: app => app.UseRequestLocalization("en", "de", "es"));

    private static async Task<IDocument> RenderAsync(ChatHost host, CookieContainer visitor, string language)
    {
        using var http = new HttpClient(new SocketsHttpHandler { CookieContainer = visitor }) { BaseAddress = host.Address };
        http.DefaultRequestHeaders.Add("Accept-Language", language);
        return new HtmlParser().ParseDocument(await http.GetStringAsync("/", TestContext.Current.CancellationToken));
    }

    private sealed class Framed : IEntryRenderer
    {
        public void Render(EntryContent entry)
        {
            entry.WriteHtml("<i>");
            entry.Write(entry.Role.ToString());
            entry.WriteHtml("</i>");
            entry.WriteText();
        }
    }

    private sealed class Pirate : IStringLocalizer<ChatLabels>
    {
        public LocalizedString this[string name] => name == "Send" ? new(name, "Fire!") : new(name, name, resourceNotFound: true);

        public LocalizedString this[string name, params object[] arguments] => this[name];

        public IEnumerable<LocalizedString> GetAllStrings(bool includeParentCultures) => [this["Send"]];
    }
}
