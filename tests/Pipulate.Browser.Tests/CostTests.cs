using System.Globalization;
using Pipulate.Browser.Hosting;
using Pipulate.FakeOllama;
using static Pipulate.Browser.Hosting.SampleSite;

namespace Pipulate.Browser;

/// <summary>
/// What a long answer costs the page that shows it. The goal is 1 s of the main thread for 5,000 words at 50 a second; those take 100 s, so here it is a tenth
/// of them for a tenth of the time, and all of them with PIPULATE_COST_WORDS=5000. Time is that of the processor, for a busy machine must not decide.
/// </summary>
public sealed class CostTests(BareChromium chromium, ITestOutputHelper output) : IClassFixture<BareChromium>
{
    private const int All = 5_000;
    private static readonly TimeSpan Goal = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongTask = TimeSpan.FromMilliseconds(50);

    private static readonly int Words =
        Environment.GetEnvironmentVariable("PIPULATE_COST_WORDS") is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : All / 10;

    [Theory, OnBothVersions]
    public async Task LongAnswer_AtFiftyTokensASecond_CostsThePageLittleAndEndsAsOneTextNode(HtmxVersion version)
    {
        await using var site = await StartBareAsync(version, $"--Pipulate:Limits:AnswerTokens={All + 1}");
        string[] words = [.. Enumerable.Range(1, Words).Select(i => $"word{i} ")];
        site.Ollama.Answer = _ => FakeAnswer.Tokens(words) with { TokensPerSecond = 50 };
        var tab = await chromium.NewVisitorAsync();
        await tab.OpenSampleAsync(site.Sample.Address);
        await tab.WatchCostAsync();
        var before = await tab.ReadCostAsync();
        await using var trace = await tab.TraceAsync();

        await tab.SayAsync("Tell me all.");
        await tab.WaitAsync($"{BareTab.AnswerState} === 'complete'", TimeSpan.FromSeconds(60 + (Words / 50)));

        var cost = await tab.ReadCostAsync() - before;
        var tasks = await trace.EndAsync();
        output.WriteLine($"{version}, {Words} words: {cost}. Longest tasks: {string.Join(", ", tasks.Take(5).Select(task => $"{task.TotalMilliseconds:0.0} ms"))} of {tasks.Count}.");
        Assert.Equal(string.Concat(words), await tab.ReadAnswerAsync());
        Assert.Equal(1, await tab.EvaluateAsync<int>("document.querySelector('[data-role=assistant] > .chat-text').childNodes.length"));
        Assert.True(cost.Tasks < Goal * Words / All, $"The page worked for {cost.Tasks}.");
        Assert.NotEmpty(tasks);
        Assert.True(tasks[0] < LongTask, $"A task took {tasks[0]}.");
    }
}
