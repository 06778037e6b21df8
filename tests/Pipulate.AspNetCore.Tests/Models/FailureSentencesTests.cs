using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using OllamaSharp;
using Pipulate.FakeOllama;

namespace Pipulate.Tests.Models;

/// <summary>
/// What a person reads when Ollama fails, with the default client and with an OllamaSharp client that the application has registered.
/// </summary>
public sealed class FailureSentencesTests
{
    /// <summary>
    /// The failure, what the default client's page says, and what a registered client's page says where OllamaSharp loses the server's
    /// words.
    /// </summary>
    public static TheoryData<string, string, string?> Failures => new()
    {
        { "down", "No model answers at {0}. Start it with: ollama serve", null },
        { "removed", "The model \"llama3.2\" is not installed at {0}. Installed: other:latest. Run: ollama pull llama3.2", null },
        { "none installed", "Ollama runs at {0}, but no chat model is installed. Run: ollama pull llama3.2", null },
        { "400", "The model at {0} did not accept the request (HTTP 400): \"llama3.2\" does not support chat.", null },
        { "400 too long", "That is more than the model at {0} can read at once. Write less, or let the model have a larger context (Pipulate:Ollama:Options:num_ctx).", null },
        { "401", "Ollama at {0} may not use this model without an account. Run: ollama signin", "The model at {0} refuses this application (HTTP 401). Check the address, or the key that it needs." },
        {
            "403", "Ollama at {0} refuses this host name (HTTP 403). Call it by an address it knows, or let the proxy send the Host header \"localhost\".",
            "The model at {0} refuses this application (HTTP 403). Check the address, or the key that it needs."
        },
        { "404 page", "Something answers at {0}, but it is not Ollama (HTTP 404). Check the address in Pipulate:Ollama:Endpoint.", null },
        { "500", "The model at {0} failed (HTTP 500): llama-server process has terminated.", "The model at {0} failed (HTTP 500)." },
        { "503", "The model at {0} is busy with others. Try again in a moment.", null },
        {
            "error line",
                "The model at {0} failed: an error was encountered while running the model. Try again; the log of ollama serve says more.",
            "The answer broke off: the model at {0} stopped before it had finished. Try again."
        },
        { "no done", "The answer broke off: the model at {0} stopped before it had finished. Try again.", null },
        { "reset", "The answer broke off: the model at {0} stopped before it had finished. Try again.", null },
        { "not JSON", "The server at {0} sent something that is not an answer of Ollama. Check the address in Pipulate:Ollama:Endpoint.", null },
        { "hang", "The model at {0} fell silent in the middle of its answer for 0.5 seconds. Try again.", null },
        { "no headers", "The model at {0} gave no sign for 0.5 seconds. It may be loading, or busy with others: try again in a moment.", null },
        { "huge line", "The server at {0} sent something that is not an answer of Ollama. Check the address in Pipulate:Ollama:Endpoint.", null },
    };

    /// <summary>All but one: OllamaSharp alone takes a line of any length, and nothing of ours is between it and the server.</summary>
    public static IEnumerable<TheoryDataRow<string, string, string?>> FailuresOfARegisteredClient =>
        Failures.Where(row => row.Data.Item1 is not "huge line");

    [Theory]
    [MemberData(nameof(Failures))]
    public async Task Page_DefaultClient_SaysWhatHappened(string failure, string sentence, string? registered)
    {
        _ = registered;
        await AssertSaysAsync(failure, sentence, (_, _) => { });
    }

    [Theory]
    [MemberData(nameof(FailuresOfARegisteredClient))]
    public async Task Page_RegisteredOllamaSharp_SaysItAsWell(string failure, string sentence, string? registered)
    {
        await AssertSaysAsync(
            failure,
            registered ?? sentence,
            (services, endpoint) => services.AddSingleton<IOllamaApiClient>(new OllamaApiClient(endpoint)));
    }

    private static async Task AssertSaysAsync(string failure, string sentence, Action<IServiceCollection, Uri> register)
    {
        await using var ollama = await FakeOllamaServer.StartAsync();
        ollama.Models = [new FakeModel("llama3.2")];
        await using var host = await ChatHost.StartAsync(
            services: services => register(services, ollama.Endpoint),
            configure: options =>
            {
                options.Ollama.Endpoint = ollama.Endpoint;
                options.Ollama.Model = failure is "none installed" ? null : "llama3.2";
                options.Limits.FirstToken = TimeSpan.FromSeconds(failure is "no headers" ? 0.5 : 30);
                options.Limits.Idle = TimeSpan.FromSeconds(failure is "hang" ? 0.5 : 30);
            },
            ollama: false);
        ollama.Answer = _ => AnswerTo(failure);
        if (failure is "down")
        {
            await ollama.StopAsync();
        }

        ollama.Models = failure switch
        {
            "removed" => [new FakeModel("other")],
            "none installed" => [],
            _ => ollama.Models,
        };
        var page = await host.OpenAsync();
        await page.TypeAsync("Hello");

        await page.WaitAsync(dom => dom.Entries.Any(entry => entry.Role is "notice" || entry.State is "failed"));
        var said = page.Read(
            dom => dom.Entries.Last(entry => entry.Role is "notice" || entry.State is "failed") is { Role: "notice", Text: var text }
            ? text
            : dom.ReasonOf(dom.Entries.Last(entry => entry.State is "failed").Id) ?? "");

        Assert.Equal(
            string.Format(System.Globalization.CultureInfo.InvariantCulture, sentence, ollama.Endpoint.ToString().TrimEnd('/')),
            said.Trim());
    }

    private static FakeAnswer AnswerTo(string failure)
    {
        var answer = FakeAnswer.Text("Hello to you") with { TokensPerSecond = 0, FaultAfterTokens = 2 };
        return failure switch
        {
            "400" => answer with { StatusCode = 400, ErrorText = "\"llama3.2\" does not support chat" },
            "400 too long" =>
                answer with { StatusCode = 400, ErrorText = "the prompt is longer than the context length currently available" },
            "401" => answer with { StatusCode = 401, ErrorText = "unauthorized" },
            "403" => answer with { StatusCode = 403, ErrorText = "" },
            "404 page" => answer with { StatusCode = 404, ErrorText = "404 page not found" },
            "500" => answer with { StatusCode = 500, ErrorText = "llama-server process has terminated" },
            "503" => answer with { StatusCode = 503 },
            "error line" => answer with { Fault = FakeFault.ErrorLine, ErrorText = "an error was encountered while running the model" },
            "no done" => answer with { Fault = FakeFault.EndWithoutDone },
            "reset" => answer with { Fault = FakeFault.Reset },
            "not JSON" => answer with { Fault = FakeFault.GarbageLine },
            "hang" => answer with { Fault = FakeFault.Stall },
            "no headers" => answer with { FirstTokenDelay = TimeSpan.FromMinutes(5) },
            "huge line" => answer with { Fault = FakeFault.HugeLine, HugeLineBytes = 300_000_000 },
            _ => answer,
        };
    }
}
