using System.Collections.Concurrent;
using System.Text;
using System.Text.RegularExpressions;
using Pipulate.Browser.Hosting;
using Pipulate.FakeOllama;
using Pipulate.Tests;
using static Microsoft.Playwright.Assertions;
using static Pipulate.Browser.Hosting.SampleSite;

namespace Pipulate.Browser;

/// <summary>
/// All of <see cref="HostileTexts"/> as titles, typed messages, ids of messages, and words of the model in its markdown: nothing runs,
/// nothing is asked for, nothing outside the entry changes.
/// </summary>
public sealed partial class HostileCorpusTests(Chromium chromium)
{
    private const string Trap = "void (window.pwned = () => { window.hits = (window.hits ?? 0) + 1 })";

    [Theory, OnBothVersions]
    [Trait("Category", Exhaustive.Category)]
    [Trait("Row", "S-34")]
    public async Task HostileTexts_Everywhere_DoNothing(HtmxVersion version)
    {
        // Only what is typed is answered, so that each answer is to the text that is looked at.
        await using var site = await StartAsync(
            chromium, version, settings: [
                "--Pipulate:Schedule:Chance=0", "--Pipulate:Limits:MessagesPerMinute=100000", "--Pipulate:Limits:MessageBurst=1000"
            ]);
        var texts = Exhaustive.Cases(HostileTexts.All, quick: 24);
        var answer = "";
        site.Ollama.Answer =
            _ => FakeAnswer.Tokens([.. Whole(answer).Chunk(7).Select(piece => new string(piece))]) with { TokensPerSecond = 1_000 };
        var page = await site.OpenAsync();
        var requests = new ConcurrentQueue<string>();
        page.Page.Request += (_, request) => requests.Enqueue(request.Url);
        page.Page.WebSocket += (_, socket) => requests.Enqueue(socket.Url);
        await page.Page.EvaluateAsync(Trap);

        foreach (var (index, text) in texts.Index())
        {
            // (ASP.NET Core takes no NUL in a form.)
            await page.AddAsync(text.Replace("\0", "", StringComparison.Ordinal));
            await Expect(page.Todos).ToHaveCountAsync(index + 1);
        }

        Assert.All(requests, request => Assert.Equal(new Uri(site.Sample.Address, "/todo").ToString(), request));
        requests.Clear();
        Assert.Equal(0, await page.Page.EvaluateAsync<int>("document.querySelectorAll('#todo-list .title *').length"));
        await AssertNothingRanAsync();

        // The first words are the conversation's title, which the list of conversations has a moment later.
        var shown = page.Page.Locator(".chat-conversations [aria-current]");
        answer = "Well.";
        await page.SayAsync(HostileTexts.All[0]);
        await page.AnswerAsync(1);
        await Expect(shown).Not.ToHaveTextAsync("New conversation");
        Assert.Equal(0, await shown.EvaluateAsync<int>("link => link.childElementCount"));
        requests.Clear();

        var outside = await OutsideAsync();
        foreach (var (index, text) in texts.Index())
        {
            // Alone, and in the places that markdown gives it.
            answer = (index % 4) switch
            {
                0 => text,
                1 => $"{text}\n\n- {text}\n- [{text}]({text})\n\n> {text}\n\nend",
                2 => $"```{text}\n{text}\n```\n\n# {text}\n\n![{text}]({text})\n\nend",
                _ => $"|{text}|\n|---|\n|{text}|\n\n**{text}** `{text}` <{text}>\n\n[{text}]: {text}\n\nend",
            };
            var id = $"{index} {string.Concat(text.Where(character => !char.IsControl(character) && !char.IsSurrogate(character)))}";
            await page.Page.EvaluateAsync("id => { document.getElementById('msg-id').value = id }", id[..Math.Min(id.Length, 64)]);
            await page.SayAsync(text);
            await Expect(page.Page.Locator("#chat-form[data-sending]")).ToHaveCountAsync(0);
            await Expect(page.Answers()).ToHaveCountAsync(index + 2);
            await EntryElements.AssertAllowedAsync(page.Page);
            Assert.Equal(outside, await OutsideAsync());
        }

        Assert.Empty(requests);
        await AssertNothingRanAsync();

        // And once more as a page gets it that comes later: with the page, and by the snapshot.
        await page.Page.ReloadAsync();
        await page.ConnectedAsync();
        await page.Page.EvaluateAsync(Trap);
        await EntryElements.AssertAllowedAsync(page.Page);
        Assert.Equal(outside, await OutsideAsync());
        Assert.All(requests, request => Assert.Matches(Own(), request));
        await AssertNothingRanAsync();

        async Task AssertNothingRanAsync()
        {
            Assert.Equal(0, await page.Page.EvaluateAsync<int>("window.hits ?? 0"));
            Assert.Empty(page.Complaints);
        }

        // All but what is in the list of entries, the ids of the next messages, and what screen readers are told, which is text.
        Task<string> OutsideAsync() => page.Page.EvaluateAsync<string>(
            """
            () => {
              const copy = document.documentElement.cloneNode(true);
              copy.querySelector('#msg-list').textContent = '';
              copy.querySelectorAll('[name=mid]').forEach(element => element.remove());
              const announcer = copy.querySelector('#chat-announcer');
              announcer.textContent = announcer.childElementCount;
              copy.querySelectorAll('script, .chat-context, [class=""]').forEach(element => element.remove());
              return [document.title, location.href, copy.outerHTML.replace(/CfDJ8[\w-]+/g, '').replace(/\s+/g, ' ')].join('\n'); // each load has other tokens, and other space between tags
            }
            """);
    }

    /// <summary>A model's server sends UTF-8, which has no half runes.</summary>
    private static string Whole(string text) => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));

    [GeneratedRegex(@"^(http|ws)://127\.0\.0\.1:[0-9]+/(ws|[^?]*\.(css|js|svg)(\?v=.*)?)?$")]
    private static partial Regex Own();
}
