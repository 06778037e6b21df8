using Microsoft.Extensions.DependencyInjection;
using Pipulate.FakeOllama;

namespace Pipulate.Tests.Story;

public sealed partial class ClickToTokenTests
{
    [Fact]
    [Trait("Row", "F-01")]
    public async Task NoModel_WithTheDemoVoice_IsSaidWithTheCommandAndTheDemoSpeaksUntilTheModelComes()
    {
        var port = ChatHost.FreePort();
        await using var host = await ChatHost.StartAsync(Map, options =>
        {
            options.Ollama.Endpoint = new Uri($"http://127.0.0.1:{port}");
            options.UseDemoVoiceWhenUnavailable = true;
        }, ollama: false);
        var page = await host.OpenAsync();
        await page.WaitAsync(dom => dom.Status.Contains($"http://127.0.0.1:{port}", StringComparison.Ordinal)
            && dom.Status.Contains("ollama serve", StringComparison.Ordinal));

        await ClickAsync(page, "Milk");
        Assert.NotEmpty(await page.WaitForAnswerAsync());
        Assert.Contains("data-voice=\"demo\"", string.Concat(page.Messages), StringComparison.Ordinal);

        await using var ollama = await FakeOllamaServer.StartAsync(port);
        ollama.Answer = _ => FakeAnswer.Text("I am here now");
        await ClickAsync(page, "Eggs");

        Assert.Equal("I am here now", await page.WaitForAnswerAsync(2));
        await page.WaitAsync(dom => dom.Status == "Model: llama3.2:latest");
    }

    [Fact]
    [Trait("Row", "F-01")]
    public async Task NoModel_WithoutTheDemoVoice_IsSaidOnceForCommentsAndAlwaysToAPerson()
    {
        await using var host = await ChatHost.StartAsync(Map, ollama: false);
        var page = await host.OpenAsync();

        await ClickAsync(page, "Milk");
        await page.WaitAsync(dom => dom.Entries.Count(entry => entry.Role == "notice") == 1);
        await ClickAsync(page, "Eggs");
        await page.TypeAsync("hello?");
        await page.WaitAsync(dom => dom.Entries.Count(entry => entry.Role == "notice") == 2);

        Assert.Equal(["notice", "user", "notice"], page.Read(dom => dom.Entries.Select(entry => entry.Role)));
        Assert.Contains("ollama serve", page.Read(dom => dom.Entries[0].Text), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ModelThatIsMissing_IsSaidWithWhatIsInstalledAndTheCommand()
    {
        await using var host = await ChatHost.StartAsync(Map, options => options.Ollama.Model = "gemma3");
        host.Ollama.Models = [new FakeModel("llama3.2:latest"), new FakeModel("qwen3:8b")];
        var page = await host.OpenAsync();

        await ClickAsync(page, "Milk");
        await page.WaitAsync(dom => dom.Entries.Any(entry => entry.Role == "notice"));

        var notice = page.Read(dom => dom.Entries.Single().Text);
        Assert.Contains("llama3.2:latest", notice, StringComparison.Ordinal);
        Assert.Contains("qwen3:8b", notice, StringComparison.Ordinal);
        Assert.Contains("ollama pull gemma3", notice, StringComparison.Ordinal);
        Assert.Contains("ollama pull gemma3", page.Read(dom => dom.Status), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ChatClientOfTheApplication_IsUsedInOllamasPlace()
    {
        await using var host = await ChatHost.StartAsync(Map, services: services =>
            services.AddSingleton<Microsoft.Extensions.AI.IChatClient>(new DemoChatClient(TimeSpan.Zero)));
        var page = await host.OpenAsync();

        await ClickAsync(page, "Milk");
        await page.WaitForAnswerAsync();

        Assert.Empty(host.Ollama.Chats);
    }
}
