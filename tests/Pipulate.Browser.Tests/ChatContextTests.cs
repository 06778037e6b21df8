using Microsoft.Playwright;
using Pipulate.Browser.Hosting;
using Pipulate.FakeOllama;
using static Microsoft.Playwright.Assertions;
using static Pipulate.Browser.Hosting.SampleSite;

namespace Pipulate.Browser;

/// <summary>The sample's suggestions are answered from its list, and not only from what the user did.</summary>
public sealed class ChatContextTests(Chromium chromium)
{
    [Theory, OnBothVersions]
    public async Task Suggestion_WithTodosOnThePage_IsAskedWithTheList(HtmxVersion version)
    {
        await using var site = await StartAsync(chromium, version, settings: "--Pipulate:Schedule:Chance=0");
        site.Ollama.Answer = _ => FakeAnswer.Text("The milk.");
        var page = await site.OpenAsync();
        await page.AddAsync("Buy milk");
        await Expect(page.Todos).ToHaveCountAsync(1);
        await page.AddAsync("Call \"Anna\"");
        await Expect(page.Todos).ToHaveCountAsync(2);
        await page.SayAsync("What should I do next?");
        Assert.Equal("The milk.", await page.AnswerAsync(1));

        var request = Assert.Single(site.Ollama.Chats).Messages;
        Assert.Equal("What should I do next?", request[^1].Content);
        Assert.Equal(
            "[app] What the application knows at this moment:\nTodoContext:\n| Their list:\n| Buy milk (open)\n| Call \"Anna\" (open)",
            request[^2].Content);
        Assert.Empty(page.Complaints);
    }
}
