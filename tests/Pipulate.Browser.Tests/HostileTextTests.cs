using System.Text.RegularExpressions;
using Pipulate.Browser.Hosting;
using Pipulate.FakeOllama;
using static Microsoft.Playwright.Assertions;
using static Pipulate.Browser.Hosting.SampleSite;

namespace Pipulate.Browser;

/// <summary>Whatever stands in a title, a message or an answer is text.</summary>
public sealed partial class HostileTextTests(Chromium chromium)
{
    private const string Hostile =
        """<script>window.hacked = 1</script><img src=x onerror="window.hacked = 1"><b hx-get="/pwned" hx-trigger="load">b</b></div><div id="todo-list" hx-swap-oob="innerHTML">OWNED</div><title>OWNED</title>""";

    [Theory, OnBothVersions]
    [Trait("Row", "S-30")]
    [Trait("Row", "S-31")]
    [Trait("Row", "S-32")]
    [Trait("Row", "S-33")]
    [Trait("Row", "S-37")]
    public async Task Markup_InATitleAndAnAnswer_StaysText(HtmxVersion version)
    {
        await using var site = await StartAsync(chromium, version);
        const string Title = "<img src=x onerror=alert(1)>";
        const string Envelope = """{"content":"OWNED","target":"body"}""";
        var answers = new Queue<string>([Hostile, Envelope, "<!--", "</div></section>"]);

        // In pieces that end inside of tags, for each is sent to the page by itself.
        site.Ollama.Answer =
            _ => FakeAnswer.Tokens([.. answers.Dequeue().Chunk(5).Select(piece => new string(piece))]) with { TokensPerSecond = 50 };
        var page = await site.OpenAsync();

        await page.AddAsync(Title);
        Assert.Equal(Hostile, await page.AnswerAsync(1));
        await page.SayAsync("<img src=x onerror=alert(2)>");
        Assert.Equal(Envelope, await page.AnswerAsync(2));
        await page.ToggleAsync(Title);
        Assert.Equal("<!--", await page.AnswerAsync(3));
        await AssertUntouchedAsync();

        await page.Page.ReloadAsync();
        await page.ConnectedAsync();
        await AssertUntouchedAsync();

        await page.DeleteAsync(Title);
        Assert.Equal("</div></section>", await page.AnswerAsync(4));
        await Expect(page.Todos).ToHaveCountAsync(0);

        // But for the list of conversations, which looks for its title a moment after the first words.
        Assert.Equal(
            ["DELETE /todo/1", "GET /", "GET asset", "POST /todo", "POST /todo/1/toggle"],
            page.Requests
                .Where(request => request != "GET /conversations")
                .Select(request => Asset().Replace(request, "GET asset"))
                .Distinct()
                .Order(StringComparer.Ordinal));
        Assert.Empty(page.Complaints);

        async Task AssertUntouchedAsync()
        {
            Assert.Equal(
                [$"assistant: {Hostile}", "user: <img src=x onerror=alert(2)>", $"assistant: {Envelope}", "assistant: <!--"],
                await page.ReadAsync());
            await Expect(page.Todos.Locator(".title")).ToHaveTextAsync([Title]);
            Assert.Equal("Todo with commentary", await page.Page.TitleAsync());
            Assert.True(await page.Page.EvaluateAsync<bool>(
                "window.hacked === undefined && document.querySelectorAll('#msg-list .chat-text :not(p)').length === 0"));
        }
    }

    [GeneratedRegex(@"^GET /[^?]*\.(css|js|svg)$")]
    private static partial Regex Asset();
}
