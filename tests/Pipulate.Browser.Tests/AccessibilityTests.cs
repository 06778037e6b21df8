using Deque.AxeCore.Playwright;
using Microsoft.Playwright;
using Pipulate.Browser.Hosting;
using Pipulate.FakeOllama;
using Pipulate.Tests;
using static Microsoft.Playwright.Assertions;
using static Pipulate.Browser.Hosting.SampleSite;

namespace Pipulate.Browser;

/// <summary>For people who do not see it, who do not use a mouse, and who want nothing to move.</summary>
public sealed class AccessibilityTests(Chromium chromium)
{
    [Theory, OnBothVersions]
    [Trait("Category", Exhaustive.Category)]
    public async Task Axe_InEveryStateAndLook_FindsNothing(HtmxVersion version)
    {
        await using var site = await StartAsync(chromium, version, settings: PanelStates.Settings);
        var page = await site.OpenAsync();
        var found = new List<string>();
        var looked = 0;

        // The colours do not depend on the version of htmx.
        var looks = PanelStates.Looks.Take(Exhaustive.IsFull && version is HtmxVersion.V2 ? 3 : 1).ToList();
        await foreach (var state in PanelStates.WalkAsync(site, page))
        {
            foreach (var (name, theme, scheme) in looks)
            {
                await PanelStates.DressAsync(page, theme, scheme);
                var result = await page.Page.RunAxe();
                looked += result.Passes.Length;
                found.AddRange(result.Violations.SelectMany(
                    violation => violation.Nodes.Select(node => $"{state}, {name}: {violation.Id} ({violation.Help}) at {node.Html}")));
            }
        }

        Assert.True(looked > 13 * looks.Count * 10, "Axe has looked at a page.");
        Assert.Empty(found.Distinct());
    }

    [Theory, OnBothVersions]
    public async Task Announcer_OfAnAnswer_SaysItsBeginningAndItsWholeOnceEach(HtmxVersion version)
    {
        await using var site = await StartAsync(chromium, version);
        var text = string.Join(' ', Enumerable.Range(1, 30).Select(i => $"word{i}"));
        site.Ollama.Answer = _ => FakeAnswer.Text(text) with { TokensPerSecond = 60 };
        var visitor = await site.NewVisitorAsync();
        var page = await site.OpenAsync(visitor);
        await ListenAsync(page);

        await page.SayAsync("tell me");
        await page.AnswerAsync();
        await Expect(page.Announcer).ToHaveTextAsync($"Assistant: {text}.");
        Assert.Equal(["An answer begins.", $"Assistant: {text}."], await HeardAsync(page));

        // A page that is loaded again does not read out what it shows.
        await page.Page.ReloadAsync();
        await page.ConnectedAsync();
        await ListenAsync(page);
        await page.StreamAsync(site, "another");
        await page.Stop.ClickAsync();
        await Expect(page.Announcer).ToHaveTextAsync("Assistant: Stopped.");
        Assert.Equal(["An answer begins.", "Assistant: Stopped."], await HeardAsync(page));

        // Nothing else of the panel is read out while it changes: no token, no list.
        var live = await page.Panel.EvaluateAsync<string[]>("""
            panel => [...panel.querySelectorAll('[aria-live], [role=status], [role=alert], [role=log]')].filter(e => e.getAttribute('aria-live') !== 'off' && e.contains(document.querySelector('.chat-entry'))).map(e => e.id)
            """);
        Assert.Empty(live);
        await Expect(page.Page.Locator("#msg-list")).ToHaveAttributeAsync("aria-live", "off");
    }

    [Theory, OnBothVersions]
    public async Task Keyboard_FromTheEndOfThePanel_ReachesEverythingAndShowsWhere(HtmxVersion version)
    {
        await using var site = await StartAsync(chromium, version);
        var page = await site.OpenAsync();
        site.Ollama.Answer = _ => FakeAnswer.Text(
            string.Join(' ', Enumerable.Range(1, 300).Select(i => $"word{i}"))) with
        { Thinking = "Hm.", TokensPerSecond = 0 };
        await page.SayAsync("tell me all");
        await page.AnswerAsync();
        await page.StreamAsync(site, "and more");
        await page.Input.FillAsync("draft");

        foreach (var (name, theme, scheme) in PanelStates.Looks)
        {
            await PanelStates.DressAsync(page, theme, scheme);
            await page.Page.Locator(".chat-scroll").EvaluateAsync("box => box.scrollTop = -150");
            await Expect(page.Newest).ToBeVisibleAsync();
            await page.Send.FocusAsync();
            await page.Page.Keyboard.PressAsync("Shift+Tab");
            await page.Page.Keyboard.PressAsync("Tab");
            var reached = new List<string>();
            for (var i = 0; i < 7; i++)
            {
                reached.Add(await page.Page.EvaluateAsync<string>("""
                    () => {
                      const e = document.activeElement, style = getComputedStyle(e);
                      const seen = e.matches(':focus-visible') && style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
                      const box = e.getBoundingClientRect(), large = box.width >= 24 && box.height >= 23.9;
                      return (e.id || e.className || e.textContent) + (seen ? '' : ' UNSEEN') + (large ? '' : ' SMALL ' + box.width + 'x' + box.height);
                    }
                    """));
                await page.Page.Keyboard.PressAsync("Shift+Tab");
            }

            Assert.Equal(["send-btn", "msg", "chat-stop", "chat-newest", "Copy", "Thinking", "chat-scroll"], reached);
        }
    }

    [Theory, OnBothVersions]
    public async Task Motion_WhereItIsNotWanted_IsNone(HtmxVersion version)
    {
        const string Running =
            "document.getAnimations().filter(a => document.querySelector('#chat-panel').contains(a.effect.target)).length";
        await using var site = await StartAsync(chromium, version);
        var page = await site.OpenAsync();
        await page.StreamAsync(site, "tell me");
        await page.Panel.EvaluateAsync("panel => panel.dataset.theme = 'matrix'");
        Assert.NotEqual(0, await page.Page.EvaluateAsync<int>(Running));

        await page.Page.EmulateMediaAsync(new() { ReducedMotion = ReducedMotion.Reduce });

        Assert.Equal(0, await page.Page.EvaluateAsync<int>(Running));
    }

    [Theory, OnBothVersions]
    public async Task Connection_ThatIsLost_IsToldInWordsToo(HtmxVersion version)
    {
        await using var site = await StartAsync(chromium, version);
        var page = await site.OpenAsync();
        await Expect(page.State).ToHaveAttributeAsync("role", "status");
        site.Sample.Terminate();
        await site.Sample.EndAsync();

        await Expect(page.State.GetByText("Your draft stays.").Filter(new() { Visible = true })).ToHaveCountAsync(1);
    }

    private static async Task ListenAsync(TodoPage page) => await page.Announcer.EvaluateAsync("""
        announcer => {
          window.heard = [];
          new MutationObserver(() => window.heard.push(announcer.textContent)).observe(announcer, { childList: true, characterData: true, subtree: true });
        }
        """);

    private static Task<string[]> HeardAsync(TodoPage page) => page.Page.EvaluateAsync<string[]>("window.heard");
}
