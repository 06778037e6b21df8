using Pipulate.FakeOllama;

namespace Pipulate.Tests.Samples;

public sealed class ConsoleChatTests
{
    [Fact]
    public async Task Chat_FromTheFirstWordToBye_IsOneConversation()
    {
        await using var ollama = await FakeOllamaServer.StartAsync();
        ollama.Answer = chat => FakeAnswer.Text(chat.Messages.Count == 2 ? "Hello yourself." : "You said hello.");
        await using var chat = Sample.Start("ConsoleChat", ollama.Endpoint);

        await chat.TypeAsync("Hello");
        await chat.WaitAsync("Hello yourself.");
        await chat.TypeAsync("What did I say?");
        await chat.WaitAsync("You said hello.");
        await chat.TypeAsync("bye");
        await chat.EndAsync();

        Assert.Equal(0, chat.ExitCode);
        Assert.Equal(["system", "user", "assistant", "user"], ollama.Chats[^1].Messages.Select(message => message.Role));
        Assert.Equal("Hello yourself.", ollama.Chats[^1].Messages[2].Content);
    }

    [Fact]
    public async Task Chat_WithAnError_ShowsItAndDoesNotTellTheModel()
    {
        await using var ollama = await FakeOllamaServer.StartAsync();
        ollama.Answer = _ => FakeAnswer.Text("never") with { Fault = FakeFault.ErrorLine, FaultAfterTokens = 0 };
        await using var chat = Sample.Start("ConsoleChat", ollama.Endpoint);
        await chat.TypeAsync("Hello");
        await chat.WaitAsync("an error was encountered");

        ollama.Answer = _ => FakeAnswer.Text("Here I am.");
        await chat.TypeAsync("Again?");
        await chat.WaitAsync("Here I am.");

        Assert.Equal(["system", "user"], ollama.Chats[^1].Messages.Select(message => message.Role));
    }

    [Fact]
    public async Task Chat_WithoutAModel_SaysSoAndGoesOn()
    {
        await using var chat = Sample.Start("ConsoleChat", new Uri($"http://127.0.0.1:{ChatHost.RefusingPort}"));

        await chat.TypeAsync("Hello");
        await chat.WaitAsync("127.0.0.1");
        await chat.TypeAsync("quit");
        await chat.EndAsync();

        Assert.Equal(0, chat.ExitCode);
    }
}
