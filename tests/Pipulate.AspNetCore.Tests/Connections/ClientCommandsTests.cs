using Microsoft.Extensions.DependencyInjection;
using Pipulate.FakeOllama;
using Pipulate.Storage;

namespace Pipulate.Tests.Connections;

/// <summary>What a page's buttons send, over a real socket and to a server that speaks as Ollama does.</summary>
public sealed class ClientCommandsTests
{
    [Fact]
    public async Task Stop_InTheMiddle_KeepsTheTextAndClosesTheRequestToTheModel()
    {
        await using var host = await ChatHost.StartAsync();
        var page = await StreamAsync(host);

        await page.SendAsync("""{"do":"stop","msg":"a draft that is no message"}""");

        Assert.Equal("one", await page.WaitForAnswerAsync(state: "stopped"));
        await host.Ollama.Chats[0].Finished.WaitAsync(TestTime.Timeout, TestContext.Current.CancellationToken);
        Assert.True(host.Ollama.Chats[0].Aborted);
        Assert.Equal(["user", "assistant"], page.Read(dom => dom.Entries.Select(entry => entry.Role).ToArray()));

        host.Ollama.Answer = _ => FakeAnswer.Text("and so on");
        await page.TypeAsync("go on");
        await page.WaitForAnswerAsync();
        Assert.Equal(["tell", "one", "go on"], host.Ollama.Chats[1].Messages.Skip(1).Select(message => message.Content));
    }

    [Fact]
    public async Task Disconnect_InTheMiddle_IsNoStop()
    {
        await using var host = await ChatHost.StartAsync();
        var rest = new TaskCompletionSource();
        var page = await StreamAsync(host, rest.Task);

        await page.DisposeAsync();
        await Eventually.TrueAsync(() => host.Services.Registry().Count == 0);
        rest.SetResult();

        var back = await host.OpenAsync(page.Visitor);
        Assert.Equal("one two three", await back.WaitForAnswerAsync());
        Assert.False(host.Ollama.Chats[0].Aborted);
    }

    [Fact]
    public async Task Again_OfTheNewestAnswer_TakesItsPlaceOnEveryPage()
    {
        await using var host = await ChatHost.StartAsync();
        host.Ollama.Answer = _ => FakeAnswer.Text($"answer {host.Ollama.Chats.Count}");
        var page = await host.OpenAsync();
        var other = await host.OpenAsync(page.Visitor);
        await page.TypeAsync("tell");
        await page.WaitForAnswerAsync();

        await page.SendAsync($$"""{"do":"{{page.Read(dom => dom.AgainOf("e2"))}}"}""");

        foreach (var each in (ChatPage[])[page, other])
        {
            await each.WaitAsync(dom => dom.Entries is [{ Role: "user" }, { Role: "assistant", State: "complete", Text: "answer 2" }]);
        }

        Assert.Equal(host.Ollama.Chats[0].Messages, host.Ollama.Chats[1].Messages);
    }

    [Theory]
    [InlineData("again 2")]
    [InlineData("again 00000000000000000000000000000000")]
    [InlineData("again 01979d6e7b4c7f3a9d2f0c6b1e5a4d38")]
    [InlineData("again 01979d6e-7b4c-7f3a-9d2f-0c6b1e5a4d38")]
    [InlineData("again 01979d6e7b4c7f3a9d2f0c6b1e5a4d38 ")]
    [InlineData("again 01979d6e7b4c7f3a9d2f0c6b1e5a4d38ff")]
    [InlineData("again")]
    [InlineData("Stop")]
    [InlineData("delete everything")]
    public async Task Command_ThatMeansNothingHere_IsPassedOver(string command)
    {
        await using var host = await ChatHost.StartAsync();
        host.Ollama.Answer = _ => FakeAnswer.Text($"answer {host.Ollama.Chats.Count}");
        var page = await host.OpenAsync();
        await page.TypeAsync("tell");
        await page.WaitForAnswerAsync();

        await page.SendAsync($$"""{"do":"{{command}}"}""");
        await page.TypeAsync("and?");

        await page.WaitForAnswerAsync(2);
        Assert.Equal(["tell", "answer 1", "and?", "answer 2"], page.Read(dom => dom.Entries.Select(entry => entry.Text).ToArray()));
    }

    [Fact]
    public async Task Command_OfAnotherVisitor_DoesNotReachThisConversation()
    {
        await using var host = await ChatHost.StartAsync();
        var rest = new TaskCompletionSource();
        var page = await StreamAsync(host, rest.Task);
        var answer = host.Services.GetRequiredService<ConversationCache>().Get(
            host.Services.Registry().GetConnections(ChatAudience.Everyone).Single().Conversation).Log.LatestReply!.Id;
        var stranger = await host.OpenAsync();

        await stranger.SendAsync("""{"do":"stop"}""");
        await stranger.SendAsync($$"""{"do":"again {{answer:N}}"}""");
        await stranger.TypeAsync("hello");
        await stranger.WaitAsync(dom => dom.Entries is [_, { State: "streaming", Text: "one" }]);
        rest.SetResult();

        Assert.Equal("one two three", await page.WaitForAnswerAsync());
    }

    [Fact]
    public async Task Again_TooOften_IsHeldBackAndStopNeverIs()
    {
        await using var host =
            await ChatHost.StartAsync(configure: options => (options.Limits.MessagesPerMinute, options.Limits.MessageBurst) = (1, 1));
        var page = await StreamAsync(host);

        await page.SendAsync("""{"do":"stop"}""");
        await page.WaitForAnswerAsync(state: "stopped");
        await page.SendAsync($$"""{"do":"{{page.Read(dom => dom.AgainOf("e2"))}}"}""");

        await page.WaitAsync(dom => dom.TextOf("chat-hint")!.Contains("faster", StringComparison.Ordinal));
        Assert.Single(host.Ollama.Chats);
    }

    [Fact]
    public async Task Loading_OfAModelThatIsNotInMemory_IsSaidUntilTheFirstWord()
    {
        await using var host = await ChatHost.StartAsync();
        var loaded = new TaskCompletionSource();
        host.Ollama.Answer = _ => FakeAnswer.Text("awake") with { Gate = loaded.Task };
        var page = await host.OpenAsync();
        await page.TypeAsync("wake up");

        await page.WaitAsync(dom => dom.WaitingOf("e2") == "Loading the model…");
        loaded.SetResult();

        Assert.Equal("awake", await page.WaitForAnswerAsync());
        Assert.Null(page.Read(dom => dom.WaitingOf("e2")));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Thinking_OfTheModel_StreamsApartFromTheAnswerAndStaysFolded(bool inContent)
    {
        await using var host = await ChatHost.StartAsync();
        var rest = new TaskCompletionSource();
        host.Ollama.Answer = _ => FakeAnswer.Text(
            "Hello.") with
        { Thinking = "They greet me.", ThinkInContent = inContent, GateAfterFirst = rest.Task, FaultAfterTokens = 3 };
        var page = await host.OpenAsync();
        await page.TypeAsync("hi");
        await page.WaitAsync(dom => dom.TextOf("e2r") is { Length: > 0 });
        Assert.Equal(("", "streaming"), page.Read(dom => (dom.Entries[1].Text, dom.Entries[1].State)));
        rest.SetResult();

        Assert.Equal("Hello.", await page.WaitForAnswerAsync());
        Assert.Equal("They greet me.", page.Read(dom => dom.TextOf("e2r"))!.Trim());
        host.Ollama.Answer = _ => FakeAnswer.Text("Bye.");
        await page.TypeAsync("bye");
        await page.WaitForAnswerAsync(2);
        Assert.DoesNotContain("greet", host.Ollama.Chats[1].Body, StringComparison.Ordinal);
    }

    private static async Task<ChatPage> StreamAsync(ChatHost host, Task? rest = null)
    {
        host.Ollama.Answer = _ => FakeAnswer.Text("one two three") with { GateAfterFirst = rest ?? new TaskCompletionSource().Task };
        var page = await host.OpenAsync();
        await page.TypeAsync("tell");
        await page.WaitAsync(dom => dom.Entries is [_, { State: "streaming", Text: "one" }]);
        return page;
    }
}
