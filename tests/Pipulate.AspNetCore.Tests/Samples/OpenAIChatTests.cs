using System.Text.RegularExpressions;
using Pipulate.Tests.Models;

namespace Pipulate.Tests.Samples;

/// <summary>OpenAI's own package as the sample registers it, against a server that speaks its protocol.</summary>
public sealed partial class OpenAIChatTests
{
    [Fact]
    public async Task Chat_WithTheOfficialPackage_StreamsStopsAndSaysWhatIsWrong()
    {
        await using var server = await OpenAIServer.StartAsync();
        await using var sample = Sample.Start(
            "OpenAIChat",
            server.Endpoint,
            "--urls=http://127.0.0.1:0",
            $"--OpenAI:Endpoint={server.Endpoint}",
            "--OpenAI:Key=sk-secret",
            "--OpenAI:Model=wise-1",
            "--Pipulate:Schedule:Debounce=00:00:00");
        var address = new Uri(Listening().Match(await sample.WaitAsync("Application started")).Groups[1].Value);
        await using var chat = await ChatTranscript.ConnectAsync(address);

        // What happened is commented on, token by token, and what was said before is told again.
        server.Pieces = ["Rain", " it", " shall", " be."];
        using var wished = await chat.Http.PostAsync("/wish/rain", null, TestContext.Current.CancellationToken);
        Assert.Equal("Rain it shall be.", (await chat.WaitForAnswerAsync()).Text);
        await chat.TypeAsync("Will it?");
        await chat.WaitForAnswerAsync(2);
        var request = server.Requests[^1];
        Assert.Equal("wise-1", request.GetProperty("model").GetString());
        Assert.True(request.GetProperty("stream").GetBoolean());
        Assert.Equal(1_024, request.GetProperty("max_completion_tokens").GetInt32());
        Assert.Equal(
            ["user: [event] They wish for \"rain\". One remark, 20 words at most.", "assistant: Rain it shall be.", "user: Will it?"],
            request.GetProperty("messages").EnumerateArray().Skip(1).Select(
                message => $"{message.GetProperty("role")}: {message.GetProperty("content")}"));
        Assert.Equal("Model: wise-1", chat.Status);

        // A server that has no room is asked again by the package itself.
        server.Refusals.Enqueue(503);
        await chat.TypeAsync("And now?");
        Assert.Equal(EntryState.Complete, (await chat.WaitForAnswerAsync(3)).State);
        Assert.Equal(4, server.Requests.Count);

        // A refusal is said in a sentence that has neither the key nor the server's words.
        server.Refusals.Enqueue(401);
        await chat.TypeAsync("Hello?");
        var refused = await chat.WaitForAnswerAsync(4);
        Assert.Equal(EntryState.Failed, refused.State);
        Assert.Contains("refuses this application (HTTP 401)", refused.Reason, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", refused.Reason, StringComparison.Ordinal);

        // Stop closes the request at once.
        server.Hangs = true;
        await chat.TypeAsync("Tell me all.");
        await chat.WaitForAsync(entry => entry is { State: EntryState.Streaming, Text.Length: > 0 });
        await chat.StopAsync();
        Assert.Equal(EntryState.Stopped, (await chat.WaitForAnswerAsync(5)).State);
        await server.Aborted.WaitAsync(TestTime.Timeout, TestContext.Current.CancellationToken);
    }

    [GeneratedRegex(@"Now listening on: (http://\S+)")]
    private static partial Regex Listening();
}
