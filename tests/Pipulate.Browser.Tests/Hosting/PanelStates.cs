using Microsoft.Playwright;
using Pipulate.FakeOllama;
using Pipulate.Tests;
using static Microsoft.Playwright.Assertions;

namespace Pipulate.Browser.Hosting;

/// <summary>Leads one visitor's page through everything that the panel can look like, in the order in which a long day might.</summary>
internal static class PanelStates
{
    /// <summary>What the sample must be started with: the place to speak is easily taken.</summary>
    public const string Settings = "--Pipulate:Limits:Generations=1";

    /// <summary>Gives the name of each state while the page is in it.</summary>
    public static async IAsyncEnumerable<string> WalkAsync(SampleSite site, TodoPage page)
    {
        yield return "connected";

        var loaded = new TaskCompletionSource();
        var rest = new TaskCompletionSource();
        site.Ollama.Answer = _ => FakeAnswer.Text(
            "Milk. A bold start. I shall alert the cows.") with
        { Gate = loaded.Task, GateAfterFirst = rest.Task, FaultAfterTokens = 5 };
        await page.AddAsync("Buy milk");
        await Expect(page.Waiting).ToHaveTextAsync("Loading the model…");
        yield return "loading";

        loaded.SetResult();
        await Expect(TodoPage.TextOf(page.Answers("streaming"))).ToContainTextAsync("bold");
        await page.Input.FillAsync("A draft,\nwritten meanwhile");
        yield return "writing";

        rest.SetResult();
        await page.AnswerAsync(1);
        await page.Input.FillAsync("");
        yield return "complete";

        site.Ollama.Answer = _ => FakeAnswer.Text(MarkdownCorpus.Answer);
        await page.SayAsync("How is this installed?");
        await page.AnswerAsync(2);
        yield return "markdown";

        var thought = new TaskCompletionSource();
        site.Ollama.Answer = _ => FakeAnswer.Text("Two things, and the ferns are the urgent one.") with
        {
            Thinking = "They ask what is on the list. There is milk, and I remember ferns. I should be short and dry.",
            GateAfterFirst = thought.Task,
            FaultAfterTokens = 12,
        };
        await page.SayAsync("What is on my list?\nAnd what is urgent?");
        await Expect(page.Thinking).ToHaveCountAsync(1);
        yield return "thinking";

        await page.Thinking.Locator("summary").ClickAsync();
        thought.SetResult();
        await page.AnswerAsync(3);
        await Expect(page.Thinking).ToHaveAttributeAsync("open", "");
        yield return "thought";

        await page.Thinking.Locator("summary").ClickAsync();
        await page.StreamAsync(site, "Tell me a story");
        await page.Stop.ClickAsync();
        await page.AnswerAsync(state: "stopped");
        yield return "stopped";

        site.Ollama.Answer = _ => FakeAnswer.Text("Once upon a time there was") with { Fault = FakeFault.ErrorLine, FaultAfterTokens = 4 };
        await page.Again("Retry").ClickAsync();
        await page.AnswerAsync(state: "failed");
        yield return "failed";

        var waiting = new TaskCompletionSource();
        site.Ollama.Answer = _ => FakeAnswer.Text("Well.") with { Gate = waiting.Task };
        var other = await site.OpenAsync();
        await other.SayAsync("hello");
        await Expect(other.Waiting).ToHaveTextAsync("Waiting for the model…");
        await page.SayAsync("Are you there?");
        await Expect(page.Waiting).ToHaveTextAsync("Waiting for the model, place 1 in the line…");
        yield return "queued";

        waiting.SetResult();
        await page.AnswerAsync(4);
        var patience = new TaskCompletionSource();
        site.Ollama.Answer = _ => FakeAnswer.Text("I never left.") with { Gate = patience.Task };
        await page.SayAsync("And now?");
        await Expect(page.Waiting).ToHaveTextAsync("Waiting for the model…");
        yield return "waiting";

        patience.SetResult();
        await page.AnswerAsync(5);
        await page.Page.Locator(".chat-scroll").EvaluateAsync("box => box.scrollTop = -150");
        await Expect(page.Newest).ToBeVisibleAsync();
        yield return "scrolled";

        await page.Newest.ClickAsync();
        await site.Ollama.StopAsync();
        await page.SayAsync("Who speaks?");
        await Expect(page.Answers().Locator(".chat-voice")).ToHaveCountAsync(1);
        yield return "demo";

        site.Sample.Terminate();
        await site.Sample.EndAsync();
        await Expect(page.Panel).Not.ToHaveAttributeAsync("data-connection", "open");
        await page.Input.FillAsync("This stays here.");
        yield return "disconnected";
    }

    /// <summary>Gives the panel another look, as its tag helper would have written it.</summary>
    public static async Task DressAsync(TodoPage page, string theme, ColorScheme scheme)
    {
        await page.Page.EmulateMediaAsync(new() { ColorScheme = scheme, ReducedMotion = ReducedMotion.Reduce });
        await page.Panel.EvaluateAsync("(panel, theme) => panel.dataset.theme = theme", theme);
    }

    public static IEnumerable<(string Name, string Theme, ColorScheme Scheme)> Looks { get; } =
        [("light", "neutral", ColorScheme.Light), ("dark", "neutral", ColorScheme.Dark), ("matrix", "matrix", ColorScheme.Light)];
}
