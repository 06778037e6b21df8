using System.Net;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

namespace Pipulate.Tests.Models;

/// <summary>What an application that has registered OllamaSharp's client sees on its pages.</summary>
public sealed class OllamaSharpShapeTests : IAsyncLifetime
{
    private readonly OllamaSharpShape _model = new();
    private ChatHost _host = null!;
    private ChatPage _page = null!;

    public async ValueTask InitializeAsync()
    {
        _host = await ChatHost.StartAsync(services: services => services.AddSingleton<IChatClient>(_model), ollama: false);
        _page = await _host.OpenAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        _model.Dispose();
    }

    [Fact]
    public async Task Answer_StreamsAndThePageNamesTheModel()
    {
        _model.Thoughts = ["They greet", " me."];

        await _page.TypeAsync("Hello");

        Assert.Equal("Well said.", await _page.WaitForAnswerAsync());
        Assert.Equal("Model: llama3.2", _page.Read(dom => dom.Status));
        Assert.Contains(_page.Messages, message => message.Contains("They greet", StringComparison.Ordinal));
        Assert.Equal(1_024, _model.Asked[0]!.MaxOutputTokens);
    }

    [Theory]
    [InlineData(nameof(OllamaSharpShape.Ending.ErrorLine))]
    [InlineData(nameof(OllamaSharpShape.Ending.Nothing))]
    public async Task Answer_ThatEndsAsIfItWereWhole_IsFailedWithWhatWasSaid(string ending)
    {
        _model.End = Enum.Parse<OllamaSharpShape.Ending>(ending);

        await _page.TypeAsync("Hello");

        Assert.Equal("Well said.", await _page.WaitForAnswerAsync(state: "failed"));
        Assert.Contains("broke off", _page.Read(dom => dom.ReasonOf(dom.Entries[^1].Id)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Answer_ThatHeedsNoStop_IsStoppedAtOnceAndNothingComesAfterIt()
    {
        _model.End = OllamaSharpShape.Ending.Stall;
        await _page.TypeAsync("Hello");
        await _page.WaitAsync(dom => dom.Entries.Any(entry => entry.Text == "Well said."));

        await _page.SendAsync("""{"do":"stop"}""");
        Assert.Equal("Well said.", await _page.WaitForAnswerAsync(state: "stopped"));
        _model.Release();
        _model.End = OllamaSharpShape.Ending.Done;
        await _page.TypeAsync("And now?");

        await _page.WaitForAnswerAsync();
        Assert.Equal(["Hello", "Well said.", "And now?", "Well said."], _page.Read(dom => dom.Entries.Select(entry => entry.Text).ToArray()));
    }

    [Theory]
    [InlineData(HttpStatusCode.ServiceUnavailable, "is busy with others")]
    [InlineData(HttpStatusCode.InternalServerError, "failed (HTTP 500)")]
    public async Task Answer_ThatIsRefused_SaysSoAndTheNextOneIsGiven(HttpStatusCode status, string sentence)
    {
        _model.Refusal = status;
        await _page.TypeAsync("Hello");
        await _page.WaitForAnswerAsync(state: "failed");
        Assert.Contains(sentence, _page.Read(dom => dom.ReasonOf(dom.Entries[^1].Id)), StringComparison.Ordinal);

        _model.Refusal = null;
        await _page.TypeAsync("Again?");

        Assert.Equal("Well said.", await _page.WaitForAnswerAsync());
    }

    [Fact]
    public async Task Model_ThatIsNotThere_IsSaidWithTheCommand()
    {
        _model.Refusal = HttpStatusCode.NotFound;

        await _page.TypeAsync("Hello");

        await _page.WaitAsync(dom => dom.Entries.Any(entry => entry.Role == "notice" && entry.Text.Contains("ollama list", StringComparison.Ordinal)));
    }
}
