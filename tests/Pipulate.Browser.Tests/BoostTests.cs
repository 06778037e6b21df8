using Pipulate.Browser.Hosting;
using Pipulate.FakeOllama;
using static Microsoft.Playwright.Assertions;
using static Pipulate.Browser.Hosting.SampleSite;

namespace Pipulate.Browser;

/// <summary>
/// Links and forms with <c>hx-boost</c> put a whole new body into the page: a new panel takes over, in the middle of an answer too.
/// </summary>
public sealed class BoostTests(Chromium chromium)
{
    [Theory, OnBothVersions]
    public async Task BoostedLink_InTheMiddleOfAnAnswer_LosesNothingAndLeavesOneConnection(HtmxVersion version)
    {
        await using var site = await StartAsync(chromium, version);
        var page = await site.OpenAsync();
        await page.Page.EvaluateAsync("""
            () => {
              window.here = true;
              window.sockets = [];
              const Native = window.WebSocket;
              window.WebSocket = class extends Native {
                constructor(...args) { super(...args); window.sockets.push(this); }
              };
            }
            """);
        var rest = new TaskCompletionSource();
        await page.StreamAsync(site, "Tell me all", rest.Task);

        await GoAsync(page, "/about");
        await Expect(page.Page.GetByRole(Microsoft.Playwright.AriaRole.Heading, new() { Name = "About" })).ToBeVisibleAsync();
        await page.ConnectedAsync();
        Assert.True(await page.Page.EvaluateAsync<bool>("window.here"), "The link was not boosted.");
        rest.SetResult();
        await page.AnswerAsync(1);
        await Expect(TodoPage.TextOf(page.Answers())).ToHaveTextAsync("one two three");

        // And back, where the panel talks, once for each word.
        await GoAsync(page, "/");
        await Expect(page.Todos).ToHaveCountAsync(0);
        await page.ConnectedAsync();
        site.Ollama.Answer = _ => FakeAnswer.Text("Still here.");
        await page.SayAsync("Are you there?");
        await page.AnswerAsync(2);

        await Expect(page.Entries).ToHaveCountAsync(4);
        Assert.Equal(2, site.Ollama.Chats.Count);
        await page.Page.WaitForFunctionAsync("window.sockets.filter(s => s.readyState === 1).length === 1");
        Assert.Empty(page.Complaints);
    }

    private static async Task GoAsync(TodoPage page, string address) => await page.Page.EvaluateAsync(
        """
        address => {
          const link = document.createElement('a');
          link.href = address;
          link.textContent = 'Boosted';
          link.setAttribute('hx-boost', 'true');
          document.querySelector('main').append(link);
          htmx.process(link);
          link.click();
        }
        """,
        address);
}
