using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Pipulate.Browser.Hosting;
using Pipulate.FakeOllama;
using Pipulate.Tests;
using static Microsoft.Playwright.Assertions;

namespace Pipulate.Browser;

/// <summary>
/// The server's first state of the panel comes over the living one, or into its place: morphs, replacements, out-of-band swaps and view
/// transitions of the page around it.
/// </summary>
public sealed partial class FirstStateTests(SharedSites sites) : IClassFixture<SharedSites>
{
    // Not morph:outerHTML: what htmx 2 makes of a whole page has no body, and idiomorph would leave none. "morph" out of band is the same
    // swap.
    private static readonly string[] Links2 = [
        "morph:innerHTML", "innerHTML", "outerHTML", "innerHTML transition:true", "morph:innerHTML transition:true"
    ];
    private static readonly string[] Links4 = [
        "innerMorph", "outerMorph", "innerHTML", "outerHTML", "innerHTML transition:true", "innerMorph transition:true"
    ];
    private static readonly string[] Oobs2 = ["true", "innerHTML", "morph"];
    private static readonly string[] Oobs4 = ["true", "innerHTML", "innerMorph", "outerMorph"];

    /// <summary>
    /// Where <c>hx-preserve</c> stands, and whether all swaps are view transitions. On the panel itself htmx 2 loses the element in one of
    /// these swaps, so there it stands around it only.
    /// </summary>
    public static IEnumerable<TheoryDataRow<HtmxVersion, string, string, bool>> Pages() => Exhaustive.Cases([.. AllPages()], quick: 4);

    private static IEnumerable<TheoryDataRow<HtmxVersion, string, string, bool>> AllPages() =>
        from version in (HtmxVersion[])[HtmxVersion.V2, HtmxVersion.V4]
        from transport in (string[])["ws", "sse"]
        from page in ((string, bool)[])[("", false), ("", true), ("panel", false), ("around", false)]
        where (version, page.Item1) is not (HtmxVersion.V2, "panel")
        select new TheoryDataRow<HtmxVersion, string, string, bool>(version, transport, page.Item1, page.Item2);

    [Theory, MemberData(nameof(Pages))]
    [Trait("Category", Exhaustive.Category)]
    public async Task Panel_UnderTheServersFirstState_KeepsWhatTheVisitorDid(
        HtmxVersion version, string transport, string preserved, bool withTransitions)
    {
        var is2 = version is HtmxVersion.V2;
        var site = await sites.OnAsync(version, transport);
        site.Ollama.Answer = _ => FakeAnswer.Text(string.Join(' ', Enumerable.Repeat("word", 400))) with { Thinking = "Let me see." };
        var visitor = await site.NewVisitorAsync();
        var tab = await visitor.NewPageAsync();
        var visits = 0;
        await OtherPage.MakeAsync(
            tab,
            html => Change(html, preserved, ++visits),
            is2 ? "hx-ext='morph'" : "",
            !withTransitions ? "{}" : is2 ? """{"globalViewTransitions":true}""" : """{"transitions":true}""",
            is2 ? [sites.Extensions.Read("idiomorph/dist/idiomorph.js"), sites.Extensions.Read("idiomorph/dist/idiomorph-htmx.js")] : []);
        var page = await TodoPage.OpenAsync(tab, site.Sample.Address);
        await ServePartsAsync(tab, site.Sample.Address, () => ++visits, preserved);
        await page.SayAsync("Count");
        await page.AnswerAsync();
        await page.Thinking.Locator("summary").ClickAsync();
        site.Ollama.Answer = _ => FakeAnswer.Text("yes");

        var said = 1;
        foreach (var swap in is2 ? Links2 : Links4)
        {
            await ChangeAsync(page, visits, $"link {swap}", ++said, () => FollowAsync(tab, swap));
        }

        // An element that is preserved cannot be swapped itself.
        foreach (var swap in preserved == "around" ? [] : is2 ? Oobs2 : Oobs4)
        {
            await ChangeAsync(
                page,
                visits,
                $"hx-swap-oob {swap}",
                ++said,
                () => tab.EvaluateAsync("swap => { htmx.ajax('GET', '/part?' + swap, { target: 'body', swap: 'none' }); }", swap));
        }

        Assert.Equal(1, page.Requests.Count(request => request == "GET /") - (is2 ? Links2 : Links4).Length);
        Assert.Empty(page.Complaints);
        await visitor.CloseAsync();
    }

    /// <summary>Has the page changed while the visitor writes and reads, and says something afterwards.</summary>
    private static async Task ChangeAsync(TodoPage page, int visits, string way, int said, Func<Task> change)
    {
        var draft = $"Draft {said}";
        await page.Input.FillAsync(draft);
        await page.Page.EvaluateAsync(
            "async () => { document.getElementById('msg').setSelectionRange(2, 4); document.querySelector('.chat-scroll').scrollTop = "
                + "-150; await new Promise(done => setTimeout(done, 50)); }");
        await change();
        try
        {
            await Expect(page.Page.Locator("#visit")).ToHaveTextAsync((visits + 1).ToString(CultureInfo.InvariantCulture));
        }
        catch (PlaywrightException)
        {
            Assert.Fail(
                $"{way}: the page has not changed. {string.Join(' ', page.Complaints)} {string.Join(' ', page.Requests.TakeLast(2))}");
        }

        var expected = $"open, {draft} 2-4, in msg, at -150, unfolded 1";
        Assert.Equal($"{way}: {expected}", $"{way}: {await ReadStateAsync(page.Page, expected)}");

        await page.Input.PressAsync("Enter");
        await Expect(page.Entries).ToHaveCountAsync(2 * said);
        await page.AnswerAsync(said);
        Assert.Equal(
            $"{way}: {said} {draft}",
            $"{way}: {await page.Page.Locator("#msg-list > [data-role=user]").CountAsync()} {await page.Page.Locator("#msg-list > [data-role=user] .chat-text").Last.InnerTextAsync()}");
        await Eventually.TrueAsync(() => page.Connections == 1);
    }

    /// <summary>Reads how the panel is, as soon as it is as expected, or after a while.</summary>
    private static async Task<string> ReadStateAsync(IPage tab, string expected)
    {
        const string state = """
            () => {
              const input = document.getElementById('msg'), { connection } = document.getElementById('chat-panel').dataset;
              return `${connection}, ${input.value} ${input.selectionStart}-${input.selectionEnd}, in ${document.activeElement.id}, `
                + `at ${Math.round(document.querySelector('.chat-scroll').scrollTop)}, unfolded ${document.querySelectorAll('.chat-thinking[open]').length}`;
            }
            """;
        try
        {
            await tab.WaitForFunctionAsync($"expected => ({state})() === expected", expected, new() { Timeout = 10_000 });
        }
        catch (TimeoutException)
        {
            // The state says what is wrong.
        }

        return await tab.EvaluateAsync<string>(state);
    }

    /// <summary>Clicks a boosted link by script, so that the focus stays where it is.</summary>
    private static async Task FollowAsync(IPage tab, string swap) => await tab.EvaluateAsync(
        """
        swap => {
          const link = document.createElement('a');
          link.href = '/';
          for (const [name, value] of Object.entries({ 'hx-boost': 'true', 'hx-target': 'body', 'hx-swap': swap })) link.setAttribute(name, value);
          document.querySelector('main').append(link);
          htmx.process(link);
          link.click();
        }
        """,
        swap);

    /// <summary>Answers <c>/part</c> with what stands around the panel, out of band.</summary>
    private static async Task ServePartsAsync(IPage tab, Uri address, Func<int> visit, string preserved) =>
        await tab.RouteAsync(url => new Uri(url).AbsolutePath == "/part", async route =>
    {
        var swap = Uri.UnescapeDataString(new Uri(route.Request.Url).Query[1..]);
        var headers = route.Request.Headers.Where(
            header => !header.Key.StartsWith("hx-", StringComparison.Ordinal)); // the answer to htmx has no layout
        var html =
            Change(await (await route.FetchAsync(new() { Url = address.ToString(), Headers = headers })).TextAsync(), preserved, visit());
        var around = Around().Match(html).Value.Replace("<aside", $"<aside hx-swap-oob=\"{swap}\"", StringComparison.Ordinal);
        await route.FulfillAsync(new()
        {
            ContentType = "text/html",
            Body = Visit().Match(html).Value.Replace("<p", "<p hx-swap-oob=\"true\"", StringComparison.Ordinal) + around
        });
    });

    private static string Change(string html, string preserved, int visit)
    {
        html = html.Replace(" autofocus", "", StringComparison.Ordinal) // the focus would be where the page wants it
            .Replace(
                "<aside",
                $"<p id=\"visit\">{visit}</p><aside id=\"around\"{(preserved == "around" ? " hx-preserve" : "")}",
                StringComparison.Ordinal);
        return preserved == "panel" ? html.Replace(" id=\"chat-panel\"", " id=\"chat-panel\" hx-preserve", StringComparison.Ordinal) : html;
    }

    [GeneratedRegex("<aside.*</aside>", RegexOptions.Singleline)]
    private static partial Regex Around();

    [GeneratedRegex("<p id=\"visit\">.*?</p>")]
    private static partial Regex Visit();
}
