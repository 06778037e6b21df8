using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Pipulate.Browser.Hosting;
using Pipulate.Tests;
using static Microsoft.Playwright.Assertions;
using static Pipulate.Browser.Hosting.SampleSite;

namespace Pipulate.Browser;

/// <summary>
/// What the panel's style and script are allowed to be: small, of properties, and without anything that a strict policy forbids.
/// </summary>
public sealed partial class ThemeTests(Chromium chromium)
{
    private static readonly string Assets = Path.Combine(Repository.Root, "src", "Pipulate.AspNetCore", "wwwroot");

    /// <summary>
    /// In all and before compression: the panel's script and the one for the page's version of htmx, 12 KiB, and the style, 14 KiB. The
    /// limits were 8 and 10. The scripts grew for pages that are others' work: they keep
    /// what such a page says to htmx from the panel, put the visitor's state back after a morph, follow the page's color scheme and make
    /// copies and announcements of structure. The style grew by what it undoes of
    /// their sheets.
    /// </summary>
    [Theory, OnBothVersions]
    public async Task Assets_OfAPage_KeepTheirBudgets(HtmxVersion version)
    {
        await using var site = await StartAsync(chromium, version);
        var page = await site.OpenAsync();

        Assert.InRange(await BytesOfAsync(page, "js"), 1024, 12 * 1024);
        Assert.InRange(await BytesOfAsync(page, "css"), 1024, 14 * 1024);
    }

    [Fact]
    public void Colours_InTheStyle_StandInCustomPropertiesOnly()
    {
        var lines = File
            .ReadLines(Path.Combine(Assets, "pipulate.css"))
            .Where(line => !line.TrimStart().StartsWith("--chat-", StringComparison.Ordinal))
            .ToList();

        Assert.DoesNotContain(lines, line => Colour().IsMatch(line));
        Assert.True(lines.Count > 50);
    }

    [Theory, OnBothVersions]
    public async Task Panel_UnderAStrictPolicy_HasNoInlineStyleOrScriptAndNothingIsForbidden(HtmxVersion version)
    {
        await using var site = await StartAsync(chromium, version);
        var page = await site.OpenAsync();
        await page.StreamAsync(site, "Tell me a story");
        await page.Panel.EvaluateAsync("panel => panel.dataset.theme = 'matrix'");
        await page.Stop.ClickAsync();
        await page.AnswerAsync(state: "stopped");

        var response = await page.Page.ReloadAsync();
        await page.ConnectedAsync();

        Assert.Equal("default-src 'self'", (await response!.AllHeadersAsync())["content-security-policy"]);
        Assert.DoesNotMatch(Inline(), await response.TextAsync());
        Assert.Equal(0, await page.Page.Locator("#chat-panel [style], #chat-panel style, #chat-panel script").CountAsync());
        Assert.Empty(page.Complaints);
    }

    /// <summary>What the browser itself would report to whoever runs the site: nothing, whatever the panel goes through.</summary>
    [Theory, OnBothVersions]
    public async Task Panel_UnderAPolicyThatReports_HasNothingReported(HtmxVersion version)
    {
        await using var site = await StartAsync(
            chromium, version, settings: [PanelStates.Settings, "--Sample:Policy=default-src 'self'; report-uri /csp-report"]);
        var page = await site.OpenAsync();
        bool IsReported() => page.Requests.Contains("POST /csp-report");

        await foreach (var state in PanelStates.WalkAsync(site, page))
        {
            Assert.False(IsReported(), $"In the state {state}: {string.Join('\n', page.Complaints)}");
        }

        // The browser does report what is forbidden.
        await page.Page.EvaluateAsync("document.body.setAttribute('style', 'color: red')");
        await Eventually.TrueAsync(IsReported);
    }

    /// <summary>Green on black and glowing, the words fade in, and what comes whole is typed out.</summary>
    [Theory, OnBothVersions]
    public async Task Matrix_Glows_FadesInAndTypesOut(HtmxVersion version)
    {
        await using var site = await StartAsync(chromium, version);
        var page = await site.OpenAsync();
        await page.Panel.EvaluateAsync("""
            panel => {
              panel.dataset.theme = 'matrix';
              window.begun = [];
              panel.addEventListener('animationstart', e => window.begun.push(e.target.closest('.chat-entry')?.dataset.role + ' ' + e.animationName));
            }
            """);

        await page.StreamAsync(site, "Wake up");

        await page.Page.WaitForFunctionAsync("window.begun.includes('user chat-type') && window.begun.includes('assistant chat-appear')");
        var style = await TodoPage
            .TextOf(page.Answers("streaming"))
            .EvaluateAsync<string[]>("e => [getComputedStyle(e).color, getComputedStyle(e).textShadow, getComputedStyle(e).fontFamily]");
        Assert.Equal("rgb(70, 255, 132)", style[0]);
        Assert.NotEqual("none", style[1]);
        Assert.Contains("monospace", style[2], StringComparison.Ordinal);

        // The end of an answer replaces its element: what has been read does not fade in once more.
        var begun = await page.Page.EvaluateAsync<int>("window.begun.length");
        await page.Stop.ClickAsync();
        await page.AnswerAsync(state: "stopped");
        Assert.DoesNotContain("assistant chat-appear", await page.Page.EvaluateAsync<string[]>($"window.begun.slice({begun})"));
    }

    [Theory, OnBothVersions]
    public async Task Neutral_OnAPageThatFollowsTheBrowser_FollowsIt(HtmxVersion version)
    {
        await using var site = await StartAsync(chromium, version);
        var page = await site.OpenAsync();

        await ExpectAsync(page, dark: false);
        await page.Page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Dark });
        await ExpectAsync(page, dark: true);
    }

    public static TheoryData<string, string, bool> Pages =>
    [
        .. Exhaustive.Cases<TheoryDataRow<string, string, bool>>(
        [
            new("", "", false),
            new("html { color-scheme: dark }", "", true),
            new("html { color-scheme: light dark }", "", true),
            new("html { color-scheme: only light }", "", false),
            new("aside { color-scheme: dark }", "", true),
            new("[data-bs-theme=dark] { color-scheme: dark }", "html.dataset.bsTheme = 'dark'", true),
            new("", "html.dataset.bsTheme = 'dark'", true),
            new("", "html.dataset.theme = 'dark'", true),
            new("", "body.dataset.theme = 'light'", false),
            new("", "html.className = 'dark'", true),
            new("", "body.className = 'dark'; aside.className = 'light'", false),
            new("html { color-scheme: dark }", "panel.dataset.theme = 'light'", false),
            new("", "panel.dataset.theme = 'dark'", true),
            new("", "html.className = 'dark'; panel.dataset.theme = 'light'", false),
            new(".night { background: #111; color: #eee }", "body.className = 'night'", true),
            new(".night { background: #111; color: #eee; transition: color 50ms }", "body.className = 'night'", true),
            new("html { background: oklch(.2 0 0); color: oklch(.9 .02 200) }", "", true),
            new("aside { background: navy; color: white }", "", true),
            new("@media (prefers-color-scheme: dark) { body { background: #202b38; color: #dbdbdb } }", "", true),
            new("@media (prefers-color-scheme: light) { body { background: #202b38; color: #dbdbdb } }", "", false),
        ], quick: 7),
    ];

    /// <summary>However a page says that it is dark, when it is loaded or later.</summary>
    [Theory]
    [MemberData(nameof(Pages))]
    [Trait("Category", Exhaustive.Category)]
    public async Task Neutral_OnADarkOrLightPage_IsAsThePageIs(string style, string script, bool dark)
    {
        await using var site = await StartAsync(chromium, HtmxVersion.V2);
        var visitor = await site.NewVisitorAsync(ColorScheme.Dark);
        await visitor.RouteAsync("**/site.css*", route => route.FulfillAsync(new() { ContentType = "text/css", Body = style }));
        await visitor.AddInitScriptAsync(
            "new MutationObserver(() => document.querySelector('meta[name=color-scheme]')?.remove()).observe(document, { childList: "
                + "true, subtree: true })");
        var page = await site.OpenAsync(visitor);

        await page.Page.EvaluateAsync(
            $"const html = document.documentElement, body = document.body, panel = document.getElementById('chat-panel'), aside = panel.parentElement; {script}");

        await ExpectAsync(page, dark);
        await page.Panel.EvaluateAsync("panel => panel.dataset.theme = 'matrix'");
        await Expect(page.Panel).ToHaveCSSAsync("background-color", "rgb(2, 10, 4)");
    }

    [Fact]
    public async Task Neutral_WhenThePageIsSwitchedBackAndForth_FollowsEachTime()
    {
        await using var site = await StartAsync(chromium, HtmxVersion.V2);
        var page = await site.OpenAsync();
        await page.Page.EvaluateAsync("document.querySelector('meta[name=color-scheme]').remove()");

        foreach (var (script, dark) in (IEnumerable<(string, bool)>)[
            ("style.color = 'white'", true), ("style.color = ''", false), ("className = 'dark'", true), ("className = ''", false)
        ])
        {
            await page.Page.EvaluateAsync($"document.body.{script}");
            await ExpectAsync(page, dark);
        }
    }

    private static Task<int> BytesOfAsync(TodoPage page, string kind) => page.Page.EvaluateAsync<int>(
        """
        kind => performance.getEntriesByType('resource')
          .filter(({ name }) => new RegExp(`/_content/Pipulate[.]AspNetCore/[^/?]+[.]${kind}([?]|$)`).test(name))
          .reduce((sum, { decodedBodySize }) => sum + decodedBodySize, 0)
        """,
        kind);

    private static Task ExpectAsync(TodoPage page, bool dark) =>
        Expect(page.Panel).ToHaveCSSAsync("background-color", dark ? "rgb(23, 25, 28)" : "rgb(255, 255, 255)");

    [GeneratedRegex(@"#[0-9a-f]{3,8}\b|\brgba?\(|\bhsla?\(|:\s*(white|black|red|green)\b", RegexOptions.IgnoreCase)]
    private static partial Regex Colour();

    [GeneratedRegex(@"<[^>]+\s(style|on[a-z]+)=|<style|<script(?![^>]*\ssrc=)", RegexOptions.IgnoreCase)]
    private static partial Regex Inline();
}
