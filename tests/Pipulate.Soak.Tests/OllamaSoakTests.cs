using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Microsoft.Extensions.AI;
using Pipulate.FakeOllama;
using Pipulate.Soak.Hosting;
using Pipulate.Tests;

namespace Pipulate.Soak;

/// <summary>A thousand answers of the default client, through OllamaSharp, from a server on which every third one goes wrong.</summary>
[Collection(MeasuredAlone.Name)]
public sealed class OllamaSoakTests(ITestOutputHelper output)
{
    private const int Answers = 1_000;
    private const int AtOnce = 16;

    /// <summary>For what does not grow with the number of answers: connections, pools, methods compiled again.</summary>
    private const int Slack = 5_000_000;

    private static readonly string[] Faults =
        ["error line", "no done", "reset", "garbage", "stall", "huge line", "status", "stop", "leave"];

    [Fact]
    [Trait("Row", "F-04")]
    public async Task Answers_WithFaultsMixedIn_AreNeverTornNeverHungAndLeaveNothingBehind()
    {
        await using var server = await FakeOllamaServer.StartAsync();
        server.Answer = chat => AnswerTo(chat.Messages[^1].Content);
        using var client = new OllamaChatClient(
            new OllamaOptions { Endpoint = server.Endpoint, Model = "llama3.2" },
            firstToken: TimeSpan.FromSeconds(20),
            idle: TimeSpan.FromSeconds(1));
        var wrong = new ConcurrentQueue<string>();
        var ends = new ConcurrentDictionary<string, int>();

        await AskAsync(client, 0, Answers / 5, wrong, ends);
        var start = Footprint.Take();
        await AskAsync(client, Answers / 5, Answers, wrong, ends);
        var end = await Footprint.SettleAsync(start.Heap + Slack, TestContext.Current.CancellationToken);

        output.WriteLine(string.Join(", ", ends.OrderBy(end => end.Key, StringComparer.Ordinal).Select(end => $"{end.Key}: {end.Value}")));
        output.WriteLine($"After {Answers / 5} answers: {start}.\nAfter {Answers}:        {end}.");
        Assert.Empty(wrong);
        Assert.Equal(Answers, ends.Values.Sum());
        Assert.True(end.Heap - start.Heap < Slack, $"The heap grew from {start} to {end}.");
        Assert.True(end.Handles <= start.Handles + 40, $"There were {start.Handles} handles, and now {end.Handles}.");
    }

    private static Task AskAsync(
        OllamaChatClient client, int from, int to, ConcurrentQueue<string> wrong, ConcurrentDictionary<string, int> ends)
        => Parallel.ForEachAsync(
            Enumerable.Range(from, to - from),
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = TestContext.Current.CancellationToken },
            async (number, token) =>
            {
                var fault = FaultOf(number);
                try
                {
                    var end = await ReadAsync(client, number, fault, token).WaitAsync(TestTime.Timeout, token);
                    ends.AddOrUpdate($"{fault} → {end}", 1, (_, count) => count + 1);
                }
                catch (Exception exception) when (exception is InvalidOperationException or TimeoutException)
                {
                    wrong.Enqueue($"{number} ({fault}): {exception.Message}");
                }
            });

    /// <summary>
    /// Reads one answer, and looks whether it is exactly what the model said, or the beginning of that and the right failure.
    /// </summary>
    private static async Task<string> ReadAsync(OllamaChatClient client, int number, string fault, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var text = new StringBuilder();
        var finished = false;
        var end = "whole";
        try
        {
            await foreach (var update in client.GetStreamingResponseAsync(
                number.ToString(CultureInfo.InvariantCulture), cancellationToken: stop.Token))
            {
                text.Append(update.Text);
                finished |= update.FinishReason is not null;
                if (fault is "stop")
                {
                    await stop.CancelAsync();
                }
                else if (fault is "leave")
                {
                    end = "left";
                    break;
                }
            }
        }
        catch (Exception exception) when (exception is not InvalidOperationException)
        {
            end = exception.GetType().Name;
        }

        var (said, expected) = (text.ToString(), TextOf(number));
        var right = fault switch
        {
            "" => end is "whole" && finished && said == expected,
            "error line" => end is nameof(OllamaHttpException) && said.Length > 0,
            "no done" => end is "IncompleteAnswerException" && said.Length > 0,
            "reset" => end is "IncompleteAnswerException",
            "garbage" or "huge line" => end is nameof(InvalidDataException) && said.Length > 0,
            "stall" => end is nameof(TimeoutException) && said.Length > 0,
            "status" => end is nameof(OllamaHttpException) && said.Length == 0,
            "stop" => end is nameof(OperationCanceledException) && said.Length > 0,
            _ => end is "left",
        };
        return right && expected.StartsWith(said, StringComparison.Ordinal) && (fault is "" || !finished)
            ? end
            : throw new InvalidOperationException(
                $"It ended as \"{end}\"{(finished ? ", finished," : "")} with \"{said}\" of \"{expected}\".");
    }

    private static string FaultOf(int number) => number % 3 == 0 ? Faults[number / 3 % Faults.Length] : "";

    private static string TextOf(int number) => string.Join(' ', Enumerable.Range(number, 5 + (number % 30)).Select(word => $"w{word}é👍"));

    private static FakeAnswer AnswerTo(string question)
    {
        var number = int.Parse(question, CultureInfo.InvariantCulture);
        var answer = FakeAnswer.Text(TextOf(number)) with { TokensPerSecond = 0, FaultAfterTokens = 3 };
        return FaultOf(number) switch
        {
            "error line" => answer with { Fault = FakeFault.ErrorLine },
            "no done" => answer with { Fault = FakeFault.EndWithoutDone },
            "reset" => answer with { Fault = FakeFault.Reset },
            "garbage" => answer with { Fault = FakeFault.GarbageLine },
            "stall" or "stop" or "leave" => answer with { Fault = FakeFault.Stall },
            "huge line" => answer with { Fault = FakeFault.HugeLine, HugeLineBytes = 4 * 1024 * 1024 },
            "status" => answer with { StatusCode = 503 },
            _ => answer,
        };
    }
}
