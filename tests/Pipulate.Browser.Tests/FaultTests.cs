using Pipulate.Browser.Hosting;
using Pipulate.FakeOllama;
using Pipulate.Tests;
using static Pipulate.Browser.Hosting.SampleSite;

namespace Pipulate.Browser;

/// <summary>
/// What happens to pages in the world, in the middle of an answer: each time the panel has, to the letter, what the model said.
/// </summary>
public sealed class FaultTests(BareChromium chromium) : IClassFixture<BareChromium>
{
    private static readonly string Text = string.Join(' ', Enumerable.Range(1, 300).Select(i => $"word{i} <b>&amp;</b> 🌅"));

    private static readonly TimeSpan Outage = TimeSpan.FromSeconds(Exhaustive.Count(full: 5, quick: 2));

    [Theory, OnBothVersions]
    [Trait("Row", "F-10")]
    public async Task Tab_HiddenWhileAnAnswerStreams_HasAllOfItWhenItIsSeenAgain(HtmxVersion version)
    {
        await using var site = await StartBareAsync(version);
        var tab = await BeginAsync(site, site.Sample.Address);

        // The tab in front of it belongs to the same visitor: it tells how far the answer has come.
        var other = await tab.OpenAnotherAsync();
        await tab.WaitAsync("window.wasHidden && document.hidden");
        await other.OpenSampleAsync(site.Sample.Address);
        await other.WaitAsync(Shows(150));
        await tab.ToFrontAsync();
        await tab.WaitAsync("!document.hidden");

        await AssertWholeAsync(tab);
        await AssertTalksAsync(tab, site);

        // The fault was one: htmx 4 hangs up while nobody looks, htmx 2 does not.
        Assert.Equal(version is HtmxVersion.V4 ? 1 : 0, await tab.EvaluateAsync<int>("window.closings.length"));
    }

    [Theory, OnBothVersions]
    public async Task Back_ToAPageThatTheBrowserKept_HasAllOfTheAnswerAndIsAlive(HtmxVersion version)
    {
        await using var site = await StartBareAsync(version);
        await using var network = FaultyNetwork.Before(site.Sample.Address);
        network.LetsPagesBeKept = true;
        var tab = await LeaveAndComeBackAsync(site, network.Address);
        Assert.True(await tab.EvaluateAsync<bool>("window.fromCache"));
    }

    [Theory, OnBothVersions]
    public async Task Back_ToAPageThatMustNotBeKept_HasAllOfTheAnswerAndIsAlive(HtmxVersion version)
    {
        await using var site = await StartBareAsync(version);
        var tab = await LeaveAndComeBackAsync(site, site.Sample.Address);
        Assert.False(await tab.EvaluateAsync<bool>("window.fromCache"));
    }

    [Theory, OnBothVersions]
    public async Task Network_SilentForFiveSeconds_LosesNothingAndTheSocketStays(HtmxVersion version)
    {
        await using var site = await StartBareAsync(version);
        await using var network = FaultyNetwork.Before(site.Sample.Address);
        var tab = await BeginAsync(site, network.Address);

        network.Silence();
        await Task.Delay(Outage, TestContext.Current.CancellationToken);
        network.Speak();

        await AssertWholeAsync(tab);
        await AssertTalksAsync(tab, site);
        Assert.Equal(0, await tab.EvaluateAsync<int>("window.closings.length"));
    }

    [Theory, OnBothVersions]
    [Trait("Row", "F-10")]
    public async Task Network_CutForFiveSeconds_BringsThePageBackByItselfWithAllOfTheAnswer(HtmxVersion version)
    {
        await using var site = await StartBareAsync(version);
        await using var network = FaultyNetwork.Before(site.Sample.Address);
        var tab = await BeginAsync(site, network.Address);

        network.Cut();
        await tab.DisconnectedAsync();
        await Task.Delay(Outage, TestContext.Current.CancellationToken);
        network.Mend();

        await AssertWholeAsync(tab);
        await AssertTalksAsync(tab, site);
        Assert.StartsWith("1006", await tab.EvaluateAsync<string>("window.closings.join()"), StringComparison.Ordinal);
    }

    /// <summary>A page in which the answer has begun; it goes on for as long as the fault and longer.</summary>
    private async Task<BareTab> BeginAsync(SampleSite site, Uri address)
    {
        site.Ollama.Answer = _ => FakeAnswer.Text(Text) with { TokensPerSecond = 120 };
        var tab = await chromium.NewVisitorAsync();
        await tab.OpenSampleAsync(address);
        await tab.SayAsync("Tell me all.");
        await tab.WaitAsync(Shows(20));
        return tab;
    }

    /// <summary>Goes to the next page while the answer streams, and by the Back button to the first one, while it still does.</summary>
    private async Task<BareTab> LeaveAndComeBackAsync(SampleSite site, Uri address)
    {
        var tab = await BeginAsync(site, address);
        await tab.OpenSampleAsync(new Uri(address, "/about"));
        await tab.WaitAsync(Shows(80));

        await tab.BackAsync();
        await tab.WaitAsync("location.pathname === '/' && document.readyState === 'complete'");
        Assert.True(await tab.EvaluateAsync<bool>($"{BareTab.AnswerState} === 'streaming'"));
        await AssertWholeAsync(tab);
        await AssertTalksAsync(tab, site);

        await tab.ForwardAsync();
        await tab.WaitAsync("location.pathname === '/about' && document.readyState === 'complete'");
        await tab.WaitAsync($"{BareTab.Answer} === 'Still here.'");
        await tab.BackAsync();
        await tab.WaitAsync("location.pathname === '/' && document.readyState === 'complete'");
        return tab;
    }

    private static string Shows(int word) => $"{BareTab.Answer}?.includes('word{word} ')";

    private static async Task AssertWholeAsync(BareTab tab)
    {
        await tab.WaitAsync($"{BareTab.AnswerState} === 'complete'");
        Assert.Equal(Text, await tab.ReadAnswerAsync());
    }

    /// <summary>One more question over whatever socket there is now: heard once, answered once.</summary>
    private static async Task AssertTalksAsync(BareTab tab, SampleSite site)
    {
        var chats = site.Ollama.Chats.Count;
        site.Ollama.Answer = _ => FakeAnswer.Text("Still here.");
        await tab.ConnectedAsync();
        await tab.SayAsync("Are you there?");
        await tab.WaitAsync($"{BareTab.Answer} === 'Still here.'");
        Assert.Equal(chats + 1, site.Ollama.Chats.Count);
        Assert.Equal(4, await tab.EvaluateAsync<int>("document.querySelectorAll('#msg-list > .chat-entry').length"));
        Assert.Empty(tab.Complaints);
    }
}
