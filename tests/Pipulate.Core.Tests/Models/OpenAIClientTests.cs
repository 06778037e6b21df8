using System.ClientModel;
using System.ClientModel.Primitives;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;
using OpenAI;
using Pipulate.Models;

namespace Pipulate.Tests.Models;

/// <summary>The client of Microsoft.Extensions.AI.OpenAI, with its tools, against a server that speaks OpenAI's protocol.</summary>
public sealed class OpenAIClientTests : IAsyncLifetime
{
    private WebApplication _server = null!;
    private IChatClient _client = null!;
    private Func<HttpContext, int, Task> _answer = (_, _) => Task.CompletedTask;
    private int _requests;

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _server = builder.Build();
        _server.MapPost("/v1/chat/completions", context => _answer(context, ++_requests));
        await _server.StartAsync(TestContext.Current.CancellationToken);
        var options = new OpenAIClientOptions { Endpoint = new Uri(_server.Urls.First() + "/v1"), RetryPolicy = new ClientRetryPolicy(0) };
        _client = new ChatClientBuilder(new OpenAI.Chat.ChatClient("gpt-9", new ApiKeyCredential("sk-key"), options).AsIChatClient())
            .UseFunctionInvocation()
            .Build();
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _server.DisposeAsync();
    }

    [Theory]
    [InlineData(401, "Incorrect API key provided: sk-secret.", nameof(ModelFailureKind.BadRequest), "refuses this application (HTTP 401)")]
    [InlineData(404, "The model does not exist.", nameof(ModelFailureKind.ModelMissing), "The model \"gpt-9\" was not found")]
    [InlineData(429, "Too many tokens, please wait.", nameof(ModelFailureKind.Busy), "(HTTP 429)")]
    [InlineData(400, "This model's maximum context length is 10 tokens.", nameof(ModelFailureKind.TooLong), "more than the model")]
    [InlineData(500, "sk-secret", nameof(ModelFailureKind.ServerFailed), "failed (HTTP 500)")]
    [InlineData(503, "x", nameof(ModelFailureKind.Busy), "is busy")]
    public async Task ReadAsync_Refused_SaysWhatTheStatusMeans(int status, string message, string kind, string sentence)
    {
        _answer = async (context, _) =>
        {
            context.Response.StatusCode = status;
            await context.Response.WriteAsJsonAsync(new { error = new { message, type = "error", code = "code" } });
        };

        var exception = (await ReadAsync()).Failure;

        var trouble =
            ModelFailureFactory.Classify(Assert.IsType<ClientResultException>(exception), ModelServer.Of(_client), CancellationToken.None);
        Assert.Equal(kind, trouble.Kind.ToString());
        Assert.Contains(sentence, trouble.Sentence, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", trouble.Sentence, StringComparison.Ordinal);
        Assert.DoesNotContain("ollama", trouble.Sentence, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("stop")]
    [InlineData("length")]
    [InlineData("content_filter")]
    public async Task ReadAsync_Finished_GivesTheReason(string reason)
    {
        _answer = (context, _) => SendAsync(context, Delta(new { content = "It rains." }), Delta(new { }, reason), Usage(20, 5));

        var (text, finish, usage, exception) = await ReadAsync();

        Assert.Equal(("It rains.", reason, 20L, null), (text, finish, usage.Sum?.InputTokenCount, exception));
    }

    [Fact]
    public async Task ReadAsync_Tool_IsRunAndBothMessagesAreParagraphsAndCounted()
    {
        _answer = (context, number) => number == 1
            ? SendAsync(
                context, Delta(new { content = "Let me look that up." }), Delta(LookCall()), Delta(new { }, "tool_calls"), Usage(20, 5))
            : SendAsync(context, Delta(new { content = "It rains." }), Delta(new { }, "stop"), Usage(120, 7));

        var (text, finish, usage, exception) = await ReadAsync();

        Assert.Equal(("Let me look that up.\n\nIt rains.", "stop", null), (text, finish, exception));
        Assert.Equal((140L, 12L, 20L), (usage.Sum?.InputTokenCount, usage.Sum?.OutputTokenCount, usage.First?.InputTokenCount));
    }

    [Fact]
    public async Task ReadAsync_CutAfterTheTool_IsIncomplete()
    {
        _answer = (context, number) => number == 1
            ? SendAsync(context, Delta(new { content = "Let me look that up." }), Delta(LookCall()), Delta(new { }, "tool_calls"))
            : SendAsync(context, Delta(new { content = "It r" }));

        var (text, _, _, exception) = await ReadAsync();

        Assert.Equal("Let me look that up.\n\nIt r", text);
        Assert.IsType<IncompleteAnswerException>(exception);
    }

    private static object LookCall() =>
        new { tool_calls = new[] { new { index = 0, id = "t1", type = "function", function = new { name = "look", arguments = "{}" } } } };

    private static object Delta(object delta, string? finish = null) =>
        new { choices = new[] { new { index = 0, delta, finish_reason = finish } } };

    private static object Usage(int read, int written) =>
        new
        {
            choices = Array.Empty<object>(),
            usage = new
            {
                prompt_tokens = read,
                completion_tokens = written,
                total_tokens = read
            + written
            }
        };

    private async Task SendAsync(HttpContext context, params object[] chunks)
    {
        context.Response.ContentType = "text/event-stream";
        foreach (var chunk in chunks)
        {
            var fields = JsonSerializer.SerializeToNode(chunk)!.AsObject();
            (fields["id"], fields["object"], fields["created"], fields["model"]) = ($"c{_requests}", "chat.completion.chunk", 1, "gpt-9");
            await context.Response.WriteAsync($"data: {fields.ToJsonString()}\n\n");
        }

        await context.Response.WriteAsync("data: [DONE]\n\n");
    }

    private async Task<(string Text, string? Finish, TurnUsage Usage, Exception? Failure)> ReadAsync()
    {
        var (text, finish, usage) = ("", (string?)null, new TurnUsage());
        var options = new ChatOptions { Tools = [AIFunctionFactory.Create(() => "rain", "look")] };
        try
        {
            var updates = StreamGuard.ReadAsync(
                _client, [
                    new ChatMessage(ChatRole.User, "Weather?")
                ], options, TestTime.Timeout, TestTime.Timeout, TimeProvider.System, TestContext.Current.CancellationToken);
            await foreach (var update in updates)
            {
                text += update.Text;
                finish = update.FinishReason?.Value ?? finish;
                usage.Note(update);
            }
        }
        catch (Exception exception)
        {
            return (text, finish, usage, exception);
        }

        return (text, finish, usage, null);
    }
}
