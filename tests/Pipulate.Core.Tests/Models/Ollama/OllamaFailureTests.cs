using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.AI;
using Pipulate.Models;
using static Pipulate.Tests.Models.Ollama.OllamaAnswer;
using static Pipulate.Tests.Models.Ollama.ScriptedOllama;

namespace Pipulate.Tests.Models.Ollama;

public class OllamaFailureTests
{
    [Fact]
    public async Task GetStreamingResponseAsync_HeldBackText_IsGivenBeforeTheFailure()
    {
        await using var server = await StartAsync();
        server.Chat = (context, _) => WriteAsync(context, Line("<thi"));

        Assert.Equal("<thi", (await ReadAsync(server.Client())).Text);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Trait("Row", "F-07")]
    public async Task GetStreamingResponseAsync_ConnectionReset_IsIncomplete(bool afterTheFirst)
    {
        await using var server = await StartAsync();
        var seen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        server.Chat = async (context, _) =>
        {
            if (afterTheFirst)
            {
                await WriteAsync(context, Line("Hel"));
                await seen.Task;
            }

            context.Abort();
        };
        using var client = server.Client();

        var (text, exception) = await ReadAsync(client, seen.SetResult);

        Assert.Equal(afterTheFirst ? "Hel" : "", text);
        Assert.Equal(ModelFailureKind.Incomplete, Trouble(exception).Kind);
        Assert.Equal(afterTheFirst, exception is IOException);
    }

    [Theory]
    [InlineData(400, """{"error":"\"x\" does not support chat"}""", "\"x\" does not support chat", "BadRequest")]
    [InlineData(401, """{"error":"unauthorized","signin_url":"u"}""", "unauthorized", "BadRequest")]
    [InlineData(403, "", "HTTP 403 (Forbidden) without a text.", "BadRequest")]
    [InlineData(404, "404 page not found", "404 page not found", "Unreachable")]
    [InlineData(302, "", "HTTP 302 (Found) without a text.", "Unreachable")]
    [InlineData(500, """{"error":"llama-server process has terminated"}""", "llama-server process has terminated", "ServerFailed")]
    [InlineData(
        503,
        """{"error":"server busy, please try again.  maximum pending requests exceeded"}""",
        "server busy, please try again.  maximum pending requests exceeded",
        "Busy")]
    [InlineData(400, """{"error":"{\"error\":{\"code\":400,\"message\":\"too long\"}}"}""", "too long", "BadRequest")]
    [Trait("Row", "F-03")]
    public async Task GetStreamingResponseAsync_HttpError_CarriesStatusAndWords(int status, string body, string message, string kind)
    {
        await using var server = await StartAsync();
        server.Chat = (context, _) => RefuseAsync(context, status, body);

        var exception = Assert.IsType<OllamaHttpException>((await ReadAsync(server.Client())).Failure);

        Assert.Equal((HttpStatusCode)status, exception.StatusCode);
        Assert.Equal(message, exception.Message);
        Assert.Equal(kind, Trouble(exception).Kind.ToString());
    }

    [Fact]
    public async Task GetStreamingResponseAsync_NobodyListens_IsUnreachable()
    {
        using var socket = new TcpListener(IPAddress.Loopback, 0);
        socket.Start();
        var port = ((IPEndPoint)socket.LocalEndpoint).Port;
        socket.Stop();
        using var client = new OllamaChatClient(new Uri($"http://127.0.0.1:{port}"));

        var exception = Assert.IsType<HttpRequestException>((await ReadAsync(client)).Failure);

        Assert.Equal($"No model answers at http://127.0.0.1:{port}. Start it with: ollama serve", Trouble(exception).Sentence);
        Assert.Equal(ModelFailureKind.Unreachable, (await Probe(client).ProbeAsync(Token)).Failure?.Kind);
    }

    [Theory]
    [InlineData(false, 600)]
    [InlineData(true, 30)]
    [Trait("Row", "F-02")]
    public async Task GetStreamingResponseAsync_Silence_TimesOutAndClosesTheConnection(bool afterTheFirst, int seconds)
    {
        await using var server = await StartAsync();
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        server.Chat = async (context, gone) =>
        {
            asked.SetResult();
            if (afterTheFirst)
            {
                await WriteAsync(context, Line("Hel"));
            }

            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, gone);
        };
        var time = new ManualTime();
        using var client = server.Client(time: time);
        var reading = ReadAsync(client);
        await asked.Task.WaitAsync(TestTime.Timeout, Token);
        await time.WaitForTimerAsync(TimeSpan.FromSeconds(seconds));
        time.Advance(TimeSpan.FromSeconds(seconds));

        var (_, exception) = await reading.WaitAsync(TestTime.Timeout, Token);

        Assert.Equal(ModelFailureKind.TimedOut, Trouble(Assert.IsType<TimeoutException>(exception)).Kind);
        await server.Aborted.Task.WaitAsync(TestTime.Timeout, Token);
    }

    [Fact]
    public async Task GetStreamingResponseAsync_SlowReader_IsNotTakenForASilentModel()
    {
        await using var server = await StartAsync();
        server.Chat = (context, _) => WriteAsync(context, Line("a"), Line("b"), Done());
        var time = new ManualTime();
        using var client = server.Client(time: time);
        var text = "";
        await foreach (var update in client.GetStreamingResponseAsync("hi", cancellationToken: Token))
        {
            time.Advance(TimeSpan.FromHours(1));
            text += update.Text;
        }

        Assert.Equal("ab", text);
    }
}
