using Microsoft.Playwright;
using Pipulate.Browser.Hosting;
using Pipulate.FakeOllama;
using static Microsoft.Playwright.Assertions;
using static Pipulate.Browser.Hosting.SampleSite;

namespace Pipulate.Browser;

/// <summary>The newest words stay in view for who is there, and a reader who went up keeps their place.</summary>
public sealed class FollowingTests(Chromium chromium, ITestOutputHelper output)
{
    /// <summary>The budget for what moves by itself while a text streams; 0.1 is what the web calls good.</summary>
    private const double LayoutShift = 0.02;

    [Theory, OnBothVersions]
    public async Task Answer_AtTheEnd_StaysInViewWhileItGrows(HtmxVersion version)
    {
        await using var site = await StartAsync(chromium, version);
        site.Ollama.Answer = _ => Long();
        var page = await site.OpenAsync();
        await page.Page.EvaluateAsync("""
            () => {
              window.worst = 0;
              const box = document.querySelector('.chat-scroll');
              const look = () => { window.worst = Math.max(window.worst, Distance(box)); requestAnimationFrame(look); };
              window.Distance = b => Math.round(document.getElementById('msg-list').getBoundingClientRect().bottom - b.getBoundingClientRect().bottom);
              look();
            }
            """);

        await page.SayAsync("tell me all");
        await page.AnswerAsync();

        Assert.True(await IsScrollableAsync(page));
        Assert.InRange(await page.Page.EvaluateAsync<int>("window.worst"), -2, 2);
        await Expect(page.Newest).ToBeHiddenAsync();
    }

    [Theory, OnBothVersions]
    public async Task Reader_WhoScrollsUp_KeepsTheirPlaceUntilTheyWantTheNewest(HtmxVersion version)
    {
        await using var site = await StartAsync(chromium, version);
        var page = await site.OpenAsync();
        await FillAsync(site, page);
        var rest = new TaskCompletionSource();
        site.Ollama.Answer = _ => Long() with { GateAfterFirst = rest.Task, FaultAfterTokens = 20 };
        await page.SayAsync("tell me all");
        await Expect(page.Answers("streaming")).ToHaveCountAsync(1);

        // One notch of the wheel is enough, and only that: whatever comes afterwards does not move what is read.
        await page.Page.Locator(".chat-scroll").HoverAsync();
        await page.Page.Mouse.WheelAsync(0, -120);
        await Expect(page.Newest).ToBeVisibleAsync();
        await page.Page.EvaluateAsync("""
            () => {
              const box = document.querySelector('.chat-scroll');
              const read = [...document.querySelectorAll('.chat-entry')].find(e => e.getBoundingClientRect().bottom > box.getBoundingClientRect().top + 20);
              const top = () => Math.round(read.getBoundingClientRect().top), first = top();
              window.moved = 0;
              const look = () => { window.moved = Math.max(window.moved, Math.abs(top() - first)); requestAnimationFrame(look); };
              look();
            }
            """);
        rest.SetResult();
        await page.AnswerAsync(4);

        Assert.InRange(await page.Page.EvaluateAsync<int>("window.moved"), 0, 1);
        await page.Newest.ClickAsync();
        Assert.InRange(await BelowAsync(page), -2, 2);
        await Expect(page.Newest).ToBeHiddenAsync();
        await Expect(page.Input).ToBeFocusedAsync();
    }

    [Theory, OnBothVersions]
    public async Task Reader_WhoScrollsBackDown_IsFollowedAgain(HtmxVersion version)
    {
        await using var site = await StartAsync(chromium, version);
        var page = await site.OpenAsync();
        await FillAsync(site, page);
        await page.Page.Locator(".chat-scroll").HoverAsync();
        await page.Page.Mouse.WheelAsync(0, -200);
        await Expect(page.Newest).ToBeVisibleAsync();
        await page.Page.Mouse.WheelAsync(0, 400);
        await Expect(page.Newest).ToBeHiddenAsync();

        // A comment, which comes without the reader doing anything in the panel.
        site.Ollama.Answer = _ => Long();
        await page.AddAsync("Buy milk");
        await page.AnswerAsync(4);
        Assert.InRange(await BelowAsync(page), -2, 2);
    }

    [Theory, OnBothVersions]
    public async Task Reader_WhoSendsAMessage_IsTakenToIt(HtmxVersion version)
    {
        await using var site = await StartAsync(chromium, version);
        var page = await site.OpenAsync();
        await FillAsync(site, page);
        await page.Page.Locator(".chat-scroll").HoverAsync();
        await page.Page.Mouse.WheelAsync(0, -300);
        await Expect(page.Newest).ToBeVisibleAsync();

        await page.SayAsync("and now?");
        await page.AnswerAsync(4);

        await Expect(page.Newest).ToBeHiddenAsync();
        Assert.InRange(await BelowAsync(page), -2, 2);
    }

    [Theory, OnBothVersions]
    public async Task Stream_FromTheFirstWordToTheButtons_ShiftsNothing(HtmxVersion version) =>
        await AssertShiftsNothingAsync(
            version, Long() with { Thinking = "Hm. What is there to say?", FirstTokenDelay = TimeSpan.FromMilliseconds(600) });

    [Theory, OnBothVersions]
    public async Task Stream_Markdown_ShiftsNothing(HtmxVersion version) =>
        await AssertShiftsNothingAsync(version, FakeAnswer.Text(Markdown) with { TokensPerSecond = 120 });

    private async Task AssertShiftsNothingAsync(HtmxVersion version, FakeAnswer answer)
    {
        await using var site = await StartAsync(chromium, version);
        var page = await site.OpenAsync();
        await FillAsync(site, page);
        site.Ollama.Answer = _ => answer;
        await page.Page.EvaluateAsync("""
            () => {
              window.shift = 0; window.shifts = [];
              new PerformanceObserver(list => {
                for (const entry of list.getEntries()) {
                  window.shift += entry.value;
                  window.shifts.push(entry.value.toFixed(4) + ' ' + entry.sources.map(s => (s.node?.className || s.node?.nodeName) + ' ' + s.previousRect.top + '>' + s.currentRect.top).join(', '));
                }
              }).observe({ type: 'layout-shift', buffered: false });
            }
            """);

        // Told to the model by the list, so that no key pressed in the panel excuses a shift.
        await page.AddAsync("Buy milk");
        await page.AnswerAsync(4);

        var shift = await page.Page.EvaluateAsync<double>("window.shift");
        output.WriteLine(
            $"{version}: layout shift {shift:0.0000} (budget {LayoutShift}). {await page.Page.EvaluateAsync<string>("window.shifts.join(' | ')")}");
        Assert.InRange(shift, 0, LayoutShift);
    }

    private const string Markdown =
        """
        # A plan

        First, **install** it, and read the [guide](https://example.org/guide), which says in a long paragraph of several lines what there is to know of it:

        ```bash
        dotnet add package Pipulate.AspNetCore

        dotnet run
        ```

        Then:

        1. Call `AddPipulate()` where the services are, with a persona.
        2. Call `MapPipulate()`.
           - now
           - or later

        | step | time |
        |---|---|
        | one | 1 min |
        | two | 2 min |

        > Note: *done*.

        And at the end a paragraph of plain words, for most of what a model says is just that.
        """;

    private static FakeAnswer Long() =>
        FakeAnswer.Text(string.Join(' ', Enumerable.Range(1, 240).Select(i => $"word{i}"))) with { TokensPerSecond = 120 };

    /// <summary>Three questions and long answers, so that there is something to scroll.</summary>
    private static async Task FillAsync(SampleSite site, TodoPage page)
    {
        site.Ollama.Answer = _ => Long() with { TokensPerSecond = 0 };
        for (var i = 1; i <= 3; i++)
        {
            await page.SayAsync($"question {i}");
            await page.AnswerAsync(i);
        }

        Assert.True(await IsScrollableAsync(page));
    }

    private static Task<bool> IsScrollableAsync(TodoPage page) =>
        page.Page.EvaluateAsync<bool>("(b => b.scrollHeight > b.clientHeight + 100)(document.querySelector('.chat-scroll'))");

    /// <summary>How many pixels of the list are below the edge of what is seen.</summary>
    private static Task<int> BelowAsync(TodoPage page) => page.Page.EvaluateAsync<int>(
        "Math.round(document.getElementById('msg-list').getBoundingClientRect().bottom - "
            + "document.querySelector('.chat-scroll').getBoundingClientRect().bottom)");
}
