using System.Text.Json;
using Microsoft.Playwright;
using Pipulate.Browser.Hosting;
using Pipulate.FakeOllama;
using Pipulate.Tests;
using static Microsoft.Playwright.Assertions;
using static Pipulate.Browser.Hosting.SampleSite;

namespace Pipulate.Browser;

/// <summary>The panel under the style sheets of other people's pages looks as it does under none.</summary>
public sealed class StyleSheetTests(Chromium chromium, StyleSheets sheets) : IClassFixture<StyleSheets>
{
    private static readonly string Folder = Path.Combine(Repository.Root, "artifacts", "screenshots");

    /// <summary>What resets and sheets for bare elements do, each beyond what any of the packages does.</summary>
    private static readonly Dictionary<string, string> Hostile = new()
    {
        ["all-unset"] = "* { all: unset; }",
        ["all-revert"] = "* { all: revert; margin: 0; padding: 0; box-sizing: content-box; }",
        ["elements"] = """
            button { width: 100%; margin: 1rem; padding: 2rem; border: 5px solid red; text-transform: uppercase; box-shadow: 0 0 9px red; appearance: none; }
            button:hover, button:focus { background: red; }
            textarea { width: 50%; height: 10rem; margin: 1rem; border-radius: 2rem; box-shadow: 0 0 9px red; resize: both; line-height: 3; }
            pre { margin: 2rem; padding: 3rem; border: 5px solid red; background: red; white-space: pre; overflow: auto; max-height: 3rem; font: 9px serif; }
            code, kbd { padding: 1rem; background: red; color: red; font-size: 2rem; }
            [hidden] { display: block; }
            a, a:visited { color: red; text-decoration: none; font-weight: 900; }
            a::after { content: ' (external)'; }
            ul, ol, menu { list-style: none; margin: 0; padding: 0; }
            li { display: inline; margin: 2rem; } li::marker { content: ''; } li::before { content: '-'; }
            p, blockquote, table { margin: 3rem; padding: 1rem; max-width: 10rem; font-size: 2rem; text-align: justify; text-indent: 2rem; letter-spacing: .2rem; color: red; }
            blockquote { border: 0; font-style: italic; quotes: none; } blockquote::before { content: 'X'; }
            table { width: 100%; border-collapse: separate; border-spacing: 9px; } th, td { padding: 2rem; border: 3px solid red; text-align: right; vertical-align: top; }
            tr:nth-child(even), tbody tr { background: red; } thead { display: none; }
            hr { height: 9px; border: 0; background: red; margin: 3rem; }
            strong, em, del { all: unset; }
            details { padding: 2rem; border: 3px solid red; background: red; } summary { display: block; list-style: none; padding: 2rem; } details[open] > summary { margin: 2rem; }
            form { margin: 3rem; padding: 3rem; border: 3px solid red; } progress { width: 9px; height: 9px; appearance: none; }
            section, div, span { margin: 3px; padding: 3px; line-height: 3; border: 1px solid red; }
            section { margin: 0; } ::placeholder { color: red; } :focus-visible { outline: 9px solid red; }
            """,
        ["attributes"] = """
            button[type], [type=button], [type=submit]:not([disabled]) { width: 100%; display: block; margin: 1rem; border-radius: 0; }
            textarea:not([type=checkbox], [type=radio])[name] { width: 100%; margin-bottom: 3rem; padding: 2rem; }
            [role=group] { display: inline-flex; width: 100%; margin-bottom: 3rem; box-shadow: 0 0 9px red; } [role=group] > * { flex: 1 1 auto; border-radius: 0; }
            details[open]:not([role]) > summary:not([role])::after { content: 'X'; float: right; }
            a:not([class]):link { color: red; text-decoration: none; } table:not([class]) tbody > tr:nth-of-type(odd) > * { background: red; padding: 3rem; }
            ul:not([class]), ol:not([class]) { list-style: none; padding: 0; } pre:not([class]) > code:not([class]) { display: block; padding: 3rem; }
            """,
    };

    /// <summary>What is compared of each element, with its two pseudo-elements.</summary>
    private const string Looks = """
        selector => {
          const names = ['display', 'position', 'float', 'width', 'height', 'margin', 'padding', 'border', 'border-radius', 'box-shadow', 'outline-width', 'background-color', 'background-image', 'color',
            'font-family', 'font-size', 'font-weight', 'font-style', 'line-height', 'letter-spacing', 'text-align', 'text-indent', 'text-transform', 'text-decoration-line', 'white-space', 'list-style-type',
            'box-sizing', 'opacity', 'visibility', 'overflow', 'vertical-align', 'border-collapse', 'cursor', 'content', 'appearance'];
          const read = (element, pseudo) => names.map(name => name + ': ' + getComputedStyle(element, pseudo)[name]);
          const label = e => e.tagName.toLowerCase() + (e.id ? '#' + e.id : '') + (e.className ? '.' + e.className : '');
          const root = document.querySelector(selector);
          return [root, ...root.querySelectorAll('*')].flatMap(e => [null, '::before', '::after']
            .filter(pseudo => !pseudo || getComputedStyle(e, pseudo).content !== 'none')
            .map(pseudo => [label(e.parentElement) + ' > ' + label(e) + (pseudo ?? ''), ...read(e, pseudo)]));
        }
        """;

    public static TheoryData<string> Sheets =>
        [.. Exhaustive.Cases<string>(
            ["preflight", "preflight-unlayered", "bootstrap", "pico", "water", "bulma", "simple", "sakura", "normalize", .. Hostile.Keys],
            quick: 5)];

    [Theory, MemberData(nameof(Sheets))]
    [Trait("Category", Exhaustive.Category)]
    public async Task Panel_UnderASheet_LooksAsUnderNone(string name)
    {
        await using var site = await StartAsync(chromium, HtmxVersion.V2);
        var page = await OpenWithAsync(site, "none");
        await TalkAsync(site, page);
        var expected = await LooksAsync(page, "none");

        var actual = await LooksAsync(page, name);

        await page.Panel.ScreenshotAsync(
            new() { Path = Path.Combine(Folder, $"sheet-{name}.png"), Animations = ScreenshotAnimations.Disabled });
        Assert.Equal("", string.Join('\n', Lines(actual).Except(Lines(expected))));
        Assert.Equal(Lines(expected).Count, Lines(actual).Count);
    }

    public static TheoryData<string> Shown => [.. Exhaustive.Cases(["preflight", "bootstrap", "pico", "water"], quick: 1)];

    [Theory, MemberData(nameof(Shown))]
    [Trait("Category", Exhaustive.Category)]
    public async Task Page_UnderASheet_IsOnAScreenshot(string name)
    {
        await using var site = await StartAsync(chromium, HtmxVersion.V2);
        var page = await OpenWithAsync(site, name);
        await TalkAsync(site, page);
        await page.Page.Locator("#chat-context > summary").ClickAsync();
        await Expect(page.Page.Locator(".chat-context-prompt")).ToHaveCountAsync(1);

        foreach (var scheme in (ColorScheme[])[ColorScheme.Light, ColorScheme.Dark])
        {
            await page.Page.EmulateMediaAsync(new() { ColorScheme = scheme });
            await page.Page.ScreenshotAsync(
                new() { Path = Path.Combine(Folder, $"page-{name}-{scheme}.png".ToLowerInvariant()), FullPage = true });
        }
    }

    /// <summary>The sample's page with another sheet in the place of its own.</summary>
    private async Task<TodoPage> OpenWithAsync(SampleSite site, string name)
    {
        var visitor = await site.NewVisitorAsync();
        await visitor.RouteAsync(
            "**/site.css*", route => route.FulfillAsync(new() { ContentType = "text/css; charset=utf-8", Body = Sheet(name) }));
        var page = await site.OpenAsync(visitor);
        return page;
    }

    private string Sheet(string name) => Hostile.GetValueOrDefault(name) ?? sheets.Read(name);

    private static async Task TalkAsync(SampleSite site, TodoPage page)
    {
        site.Ollama.Answer = _ => FakeAnswer.Text(
            MarkdownCorpus.Answer + "- one\n  - ~~two~~ *three*\n\n---\n\nEnd.") with
        { Thinking = "They ask what is on the list." };
        await page.SayAsync("How is this installed?");
        await page.AnswerAsync(1);
        await page.Thinking.Locator("summary").ClickAsync();
    }

    /// <summary>
    /// All that can be seen of each element, with the panel in a place whose size no sheet changes, and without its frame: that stays the
    /// page's own to change, by a class alone.
    /// </summary>
    private async Task<JsonElement> LooksAsync(TodoPage page, string name)
    {
        await page.Page.EvaluateAsync(
            """
            async css => {
              const place = `html:not(#a#a#a) { font-size: 16px !important } aside:not(#a#a#a) { all: initial; display: block; position: fixed; inset: 0 auto auto 0; width: 600px; z-index: 9 }
                aside:not(#a#a#a) * { transition: none !important } aside:not(#a#a#a) > section { border: 0 }`;
              const sheet = new CSSStyleSheet(), own = new CSSStyleSheet();
              await sheet.replace(css);
              await own.replace(place);
              document.adoptedStyleSheets = [sheet, own];
              document.activeElement.blur();
              await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
            }
            """,
            Sheet(name));
        return await page.Page.EvaluateAsync<JsonElement>(Looks, "#chat-panel");
    }

    /// <summary>One line a value, so that a difference names its element.</summary>
    private static List<string> Lines(JsonElement looks) =>
        [.. looks.EnumerateArray().SelectMany(element => element.EnumerateArray().Skip(1).Select(value => $"{element[0]} {{ {value} }}"))];
}
