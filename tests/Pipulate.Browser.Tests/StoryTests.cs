using System.Diagnostics;
using Microsoft.Playwright;
using Pipulate.Browser.Hosting;
using Pipulate.FakeOllama;
using static Microsoft.Playwright.Assertions;
using static Pipulate.Browser.Hosting.SampleSite;

namespace Pipulate.Browser;

/// <summary>The whole way, in a real browser, on both htmx versions: what a person at the sample does and sees.</summary>
public sealed class StoryTests(Chromium chromium, ITestOutputHelper output)
{
    private const string Awkward = " lead  two\nlines\t<b>bold</b> &amp; & \"quotes\" 🌅 trail ";

    [Theory, OnBothVersions]
    [Trait("Row", "S-37")]
    public async Task Todo_AddedToggledAndDeleted_IsCommentedOnEachTimeAndTheTalkRemembersAll(HtmxVersion version)
    {
        await using var site = await StartAsync(chromium, version);
        site.Ollama.Answer = _ => FakeAnswer.Text($"answer {site.Ollama.Chats.Count}");
        var page = await site.OpenAsync();

        await page.AddAsync("Buy milk");
        await Expect(page.Todos).ToHaveCountAsync(1);
        Assert.Equal("answer 1", await page.AnswerAsync(1));
        await page.ToggleAsync("Buy milk");
        Assert.Equal("answer 2", await page.AnswerAsync(2));
        await page.DeleteAsync("Buy milk");
        await Expect(page.Todos).ToHaveCountAsync(0);
        Assert.Equal("answer 3", await page.AnswerAsync(3));
        await page.SayAsync("What did I do?");
        Assert.Equal("answer 4", await page.AnswerAsync(4));

        await Expect(page.Page.Locator("#msg-list > [data-role=user] .chat-text")).ToHaveTextAsync("What did I do?");
        await Expect(page.Input).ToHaveValueAsync("");
        await Expect(page.Input).ToBeFocusedAsync();
        var told = site.Ollama.Chats[3].Messages;
        Assert.Equal(
            ["system", "user", "assistant", "user", "assistant", "user", "assistant", "user"], told.Select(message => message.Role));
        Assert.StartsWith("[event] They put \"Buy milk\" on the list.", told[1].Content, StringComparison.Ordinal);
        Assert.StartsWith("[event] They changed \"Buy milk\" from \"open\" to \"done\".", told[3].Content, StringComparison.Ordinal);
        Assert.StartsWith("[event] They deleted \"Buy milk\", which was \"done\".", told[5].Content, StringComparison.Ordinal);
        Assert.Equal("What did I do?", told[7].Content);
        Assert.Empty(page.Complaints);
    }

    [Theory, OnBothVersions]
    public async Task Answer_AtTwentyTokensASecond_StreamsItsWordsAndIsExact(HtmxVersion version)
    {
        await using var site = await StartAsync(chromium, version, settings: "--Pipulate:Markdown=false");
        var text = Awkward + string.Join(' ', Enumerable.Range(1, 12).Select(i => $"word{i}"));
        site.Ollama.Answer = _ => FakeAnswer.Text(text) with { TokensPerSecond = 20 };
        var page = await site.OpenAsync();
        await page.Page.EvaluateAsync("""
            () => {
              const list = document.getElementById('msg-list');
              window.seen = [];
              new MutationObserver(() => {
                const answer = list.querySelector('[data-role=assistant]');
                const text = answer?.querySelector('.chat-text')?.textContent;
                if (text && text !== window.seen.at(-1)?.text) window.seen.push({ text, state: answer.dataset.state, at: Date.now() });
              }).observe(list, { childList: true, subtree: true, characterData: true });
            }
            """);

        await page.AddAsync("Buy milk");
        Assert.Equal(text, await page.AnswerAsync());

        var written = DateTimeOffset.UtcNow - Stopwatch.GetElapsedTime(await site.Ollama.Chats[0].FirstTokenWritten);
        var seen = await page.Page.EvaluateAsync<string>("JSON.stringify(window.seen.map(s => [s.state, s.at, s.text]))");
        var steps = System.Text.Json.JsonDocument.Parse(seen).RootElement.EnumerateArray().ToList();
        var late = DateTimeOffset.FromUnixTimeMilliseconds(steps[0][1].GetInt64()) - written;
        output.WriteLine(
            $"{version}: first words in the page {late.TotalMilliseconds:0} ms after the model's first token (goal: 300 ms), {steps.Count} steps.");
        Assert.True(late < TimeSpan.FromSeconds(2), $"The first words came {late} after the first token.");
        Assert.Equal("streaming", steps[0][0].GetString());
        Assert.True(steps.Count(step => step[0].GetString() == "streaming") >= 5, "More words follow while the stream runs.");
        Assert.All(steps, step => Assert.StartsWith(step[2].GetString()!, text, StringComparison.Ordinal));
    }

    [Theory, OnBothVersions]
    public async Task NoModel_IsNamedWithTheCommandAndTheDemoSpeaksUntilItComes(HtmxVersion version)
    {
        await using var site = await StartAsync(chromium, version, withModel: false);
        var page = await site.OpenAsync();
        await Expect(page.Status).ToContainTextAsync($"127.0.0.1:{site.Ollama.Endpoint.Port}");
        await Expect(page.Status).ToContainTextAsync("ollama serve");

        await page.AddAsync("Buy milk");
        Assert.NotEmpty(await page.AnswerAsync());
        await Expect(page.Answers()).ToHaveAttributeAsync("data-voice", "demo");
        await Expect(page.Answers().Locator(".chat-voice")).ToHaveTextAsync("demo voice");

        await using var late = await FakeOllamaServer.StartAsync(site.Ollama.Endpoint.Port);
        late.Answer = _ => FakeAnswer.Text("here I am");
        await page.AddAsync("Buy eggs");
        Assert.Equal("here I am", await page.AnswerAsync(2));
        await Expect(page.Status).ToHaveTextAsync("Model: llama3.2:latest");
    }

    [Theory, OnBothVersions]
    public async Task Answer_ThatBreaks_IsShownAsFailedWithItsTextAndTheNextWorks(HtmxVersion version)
    {
        await using var site = await StartAsync(chromium, version);
        site.Ollama.Answer = _ => FakeAnswer.Tokens("half ", "an ", "answer") with { Fault = FakeFault.ErrorLine, FaultAfterTokens = 2 };
        var page = await site.OpenAsync();

        await page.AddAsync("Buy milk");
        Assert.Equal("half an", await page.AnswerAsync(state: "failed"));
        await Expect(page.Answers("failed").Locator(".chat-reason")).Not.ToBeEmptyAsync();

        site.Ollama.Answer = _ => FakeAnswer.Text("whole again");
        await page.AddAsync("Buy eggs");
        Assert.Equal("whole again", await page.AnswerAsync());
    }
}
