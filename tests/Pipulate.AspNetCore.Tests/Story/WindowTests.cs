using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Pipulate.FakeOllama;

namespace Pipulate.Tests.Story;

/// <summary>A conversation that outgrows the model's context, over real HTTP to a server that refuses what is too long for it.</summary>
public sealed class WindowTests
{
    [Fact]
    public async Task Conversation_OutgrowsWhatTheServerSaysItHasRoomFor_IsCutBeforeItIsTooLong()
    {
        await using var host = await StartAsync();
        host.Ollama.ContextLength = 2_000;
        host.Ollama.Answer = chat => FakeAnswer.Tokens(new string('y', 200)) with { TokensPerSecond = 0 };
        var page = await host.OpenAsync();
        for (var turn = 1; turn <= 40; turn++)
        {
            await page.TypeAsync($"question {turn} {new string('x', 200)}");
            await page.WaitForAnswerAsync(turn);
        }

        var chats = host.Ollama.Chats;
        Assert.Equal(40, chats.Count);
        Assert.All(chats, chat => Assert.StartsWith(
            $"question {chats.Index().Single(other => other.Item == chat).Index + 1} ",
            chat.Messages[^1].Content,
            StringComparison.Ordinal));
        Assert.All(chats, chat => Assert.Equal(("system", "user"), (chat.Messages[0].Role, chat.Messages[1].Role)));
        Assert.All(chats.Skip(1), chat => Assert.Equal(1_000, chat.Json.GetProperty("options").GetProperty("num_predict").GetInt32()));
        Assert.All(chats, chat => Assert.True(TokensOf(chat) <= 1_000, $"{TokensOf(chat)} tokens leave no room for the answer."));

        // Once whether the model is in memory, and once how large it is there.
        Assert.Equal(2, host.Ollama.RunningRequests);
        Assert.InRange(LinesOf(host, LogLevel.Information).Length, 3, 12);
        Assert.StartsWith("Conversation ", LinesOf(host, LogLevel.Information)[0], StringComparison.Ordinal);
        Assert.Empty(LinesOf(host, LogLevel.Warning));

        // The page shows what the next request holds, not what the conversation does.
        var shown = await page.Http.GetStringAsync("/context", TestContext.Current.CancellationToken);
        Assert.Contains("question 40 ", shown, StringComparison.Ordinal);
        Assert.DoesNotContain("question 1 ", shown, StringComparison.Ordinal);
        await page.WaitAsync(dom => dom.Entries.Any(entry => entry.Text.StartsWith("question 1 ", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Conversation_ServerHasLessRoomThanItSaid_IsAnsweredAllTheSame()
    {
        await using var host = await StartAsync();
        host.Ollama.ContextLength = 8_192;
        host.Ollama.Answer = chat => FakeAnswer.Tokens("well") with { TokensPerSecond = 0 };
        var page = await host.OpenAsync();
        for (var turn = 1; turn <= 9; turn++)
        {
            await page.TypeAsync($"question {turn} {new string('x', 1_000)}");
            await page.WaitForAnswerAsync(turn);
        }

        // As after a restart of the server with another OLLAMA_CONTEXT_LENGTH.
        host.Ollama.ContextLength = 2_048;
        await page.TypeAsync("the question");
        await page.WaitForAnswerAsync(10);

        var (refused, again) = (host.Ollama.Chats[^2], host.Ollama.Chats[^1]);
        Assert.Equal(11, host.Ollama.Chats.Count);
        Assert.True(TokensOf(refused) > 2_048);
        Assert.InRange(TokensOf(again), 300, TokensOf(refused) / 2);
        Assert.Equal(refused.Messages[0], again.Messages[0]);
        Assert.Equal(("user", "the question"), (again.Messages[1].Role, again.Messages[^1].Content));
        Assert.Contains("The request was repeated", Assert.Single(LinesOf(host, LogLevel.Warning)), StringComparison.Ordinal);

        await page.TypeAsync("another question");
        await page.WaitForAnswerAsync(11);
        Assert.Equal(1_024, host.Ollama.Chats[^1].Json.GetProperty("options").GetProperty("num_predict").GetInt32());
        Assert.Equal(3, host.Ollama.RunningRequests);
    }

    [Fact]
    public async Task Reducer_RegisteredByTheApplication_DecidesWhatIsSent()
    {
        await using var host = await StartAsync(services => services.AddSingleton<IChatReducer, NewestOnly>());
        var page = await host.OpenAsync();
        for (var turn = 1; turn <= 3; turn++)
        {
            await page.TypeAsync($"question {turn}");
            await page.WaitForAnswerAsync(turn);
        }

        Assert.Equal(["user: question 3"], host.Ollama.Chats[2].Messages.Select(message => $"{message.Role}: {message.Content}"));
    }

    private static Task<ChatHost> StartAsync(Action<IServiceCollection>? services = null) =>
        ChatHost.StartAsync(services: services, configure: options =>
    {
        options.Ollama.Model = "llama3.2";
        options.Limits.MessageBurst = 100;
    });

    private static string[] LinesOf(ChatHost host, LogLevel level) =>
        [.. host.Logs.Lines
            .Where(line => line.Category.EndsWith(".RequestBuilder", StringComparison.Ordinal) && line.Level == level)
            .Select(line => line.Text)];

    /// <summary>As the server counts them.</summary>
    private static int TokensOf(RecordedChat chat) => chat.Messages.Sum(message => 8 + (message.Content.Length / 4));

    private sealed class NewestOnly : IChatReducer
    {
        public Task<IEnumerable<ChatMessage>> ReduceAsync(IEnumerable<ChatMessage> messages, CancellationToken cancellationToken) =>
            Task.FromResult(messages.TakeLast(1));
    }
}
