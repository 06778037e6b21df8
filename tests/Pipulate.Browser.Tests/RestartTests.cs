using System.Diagnostics;
using Microsoft.Playwright;
using Pipulate.Browser.Hosting;
using Pipulate.FakeOllama;
using Pipulate.Tests;
using static Microsoft.Playwright.Assertions;
using static Pipulate.Browser.Hosting.SampleSite;

namespace Pipulate.Browser;

/// <summary>The server ends and comes back; the page stays open.</summary>
public sealed class RestartTests(Chromium chromium, ITestOutputHelper output) : IClassFixture<Chromium>
{
    [Theory, OnBothVersions]
    public async Task Sigterm_WhileAnAnswerStreams_Closes1012AndThePageComesBackByItself(HtmxVersion version)
    {
        await using var site = await StartAsync(chromium, version);
        var never = new TaskCompletionSource();
        site.Ollama.Answer = _ => FakeAnswer.Text("one two three") with { GateAfterFirst = never.Task };
        var page = await site.OpenAsync();
        await page.AddAsync("Buy milk");
        await Expect(TodoPage.TextOf(page.Answers("streaming"))).ToHaveTextAsync("one");

        var asked = Stopwatch.GetTimestamp();
        site.Sample.Terminate();
        await site.Sample.EndAsync();
        var took = Stopwatch.GetElapsedTime(asked);
        output.WriteLine($"{version}: ended {took.TotalMilliseconds:0} ms after SIGTERM.");
        Assert.True(took < TimeSpan.FromSeconds(5), $"The process took {took}.");
        Assert.Equal(0, site.Sample.ExitCode);
        await page.Page.WaitForFunctionAsync("window.closings.includes(1012)");
        await Expect(page.Panel).Not.ToHaveAttributeAsync("data-connection", "open");
        await Expect(page.Answers("stopped").Locator(".chat-reason")).ToContainTextAsync("restarting");

        // Without a reload: the old page's socket, form and tokens serve on.
        site.Ollama.Answer = _ => FakeAnswer.Text("back again");
        await site.StartSampleAsync();
        await page.ConnectedAsync();
        await page.AddAsync("Buy eggs");
        Assert.Equal("back again", await page.AnswerAsync());
        await Expect(page.Todos.Locator(".title")).ToHaveTextAsync(["Buy milk", "Buy eggs"]);
        await page.SayAsync("Are you there?");
        Assert.Equal("back again", await page.AnswerAsync(2));
    }

    [Theory, OnBothVersions]
    public async Task Draft_WhileTheServerIsAway_StaysAndIsSentAfterwards(HtmxVersion version)
    {
        await using var site = await StartAsync(chromium, version);
        site.Ollama.Answer = _ => FakeAnswer.Text("heard");
        var page = await site.OpenAsync();
        site.Sample.Terminate();
        await site.Sample.EndAsync();
        await Expect(page.Panel).Not.ToHaveAttributeAsync("data-connection", "open");

        await page.SayAsync("a draft");
        await Expect(page.Input).ToHaveValueAsync("a draft");
        await site.StartSampleAsync();
        await page.ConnectedAsync();
        await page.Input.PressAsync("Enter");

        Assert.Equal("heard", await page.AnswerAsync());
        await Expect(page.Input).ToHaveValueAsync("");
        Assert.Single(site.Ollama.Chats);
    }
}
