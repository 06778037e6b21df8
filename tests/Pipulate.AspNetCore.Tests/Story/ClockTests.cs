using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Pipulate.FakeOllama;

namespace Pipulate.Tests.Story;

/// <summary>Somebody sets the server's clock while it runs.</summary>
public sealed class ClockTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(-1)]
    [Trait("Row", "F-22")]
    public async Task Clock_LeapsByAnHourWhileAnAnswerStreams_NothingExpiresAndAllStaysInItsOrder(int hours)
    {
        var clock = new LeapingTime();
        await using var host = await ChatHost.StartAsync(services: services => services.AddSingleton<TimeProvider>(clock));
        var rest = new TaskCompletionSource();
        host.Ollama.Answer = chat => FakeAnswer.Text($"answer to {chat.Messages[^1].Content}") with { GateAfterFirst = rest.Task };
        var page = await host.OpenAsync();
        await page.TypeAsync("first");
        await page.WaitAsync(dom => dom.Entries.Any(entry => entry is { Role: "assistant", Text: "answer" }));

        clock.Leap(TimeSpan.FromHours(hours));
        await page.TypeAsync("second");
        await page.WaitAsync(dom => dom.Entries.Any(entry => entry is { Role: "user", Text: "second" }));
        rest.SetResult();
        await page.WaitForAnswerAsync(2);
        clock.Leap(TimeSpan.FromHours(-2 * hours));
        await page.TypeAsync("third");
        await page.WaitForAnswerAsync(3);

        // What was typed while the first answer streamed stands behind it, whatever the clock said then.
        string[] expected = ["first", "answer to first", "second", "answer to second", "third", "answer to third"];
        var fresh = await host.OpenAsync(page.Visitor);
        await fresh.WaitAsync(dom => dom.Entries.Count == expected.Length);
        Assert.False(page.Closed.IsCompleted);
        Assert.Equal(expected, page.Read(dom => dom.Entries.Select(entry => entry.Text)));
        Assert.Equal(expected, fresh.Read(dom => dom.Entries.Select(entry => entry.Text)));
        Assert.Equal(
            expected, JsonDocument.Parse(await page.Http.GetStringAsync("/conversations/first.json", TestContext.Current.CancellationToken))
            .RootElement.GetProperty("entries").EnumerateArray().Select(entry => entry.GetProperty("text").GetString()));
        Assert.All(page.Read(dom => dom.Entries), entry => Assert.Equal("complete", entry.State));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(-1)]
    [Trait("Row", "F-22")]
    public async Task Clock_LeapsByAnHour_GivesNobodyMoreMessagesAndTakesNoneAway(int hours)
    {
        var clock = new LeapingTime();
        await using var host = await ChatHost.StartAsync(
            configure: options => (options.Limits.MessageBurst, options.Limits.MessagesPerMinute) = (2, 60),
            services: services => services.AddSingleton<TimeProvider>(clock));
        var page = await host.OpenAsync();
        await page.TypeAsync("one");
        await page.TypeAsync("two");

        clock.Leap(TimeSpan.FromHours(hours));
        await page.TypeAsync("three");
        await page.WaitAsync(dom => dom.TextOf("chat-hint") is { Length: > 0 });

        // One comes back each second, and not after an hour.
        var typed = 0;
        await Eventually.TrueAsync(() => Taken("four") || (typed++ % 40 == 0 && !page.TypeAsync("four").IsFaulted && Taken("four")));
        Assert.False(Taken("three"));

        bool Taken(string text) => page.Read(dom => dom.Entries.Any(entry => entry is { Role: "user" } && entry.Text == text));
    }
}
