using System.Text.Json;
using OllamaSharp.Models.Chat;
using Pipulate.Models;
using Pipulate.Models.Ollama;
using Pipulate.Threading;

namespace Pipulate.Tests.Models.Ollama;

public sealed class OllamaAnswerStreamFuzzTests(ITestOutputHelper output)
{
    /// <summary>A quarter of a million in both runs together, where everything is run.</summary>
    private static readonly int Cases = Exhaustive.Count(full: 125_000, quick: 5_000);

    private static readonly Uri Endpoint = new("http://localhost:11434");

    private static readonly string[] Right =
    [
        """{"model":"llama3.2:latest","created_at":"2026-01-01T00:00:00.123456789Z","message":{"role":"assistant","content":"Hel"},"done":false}""",
        """{"model":"m","created_at":"2026-01-01T00:00:00Z","message":{"role":"assistant","content":"","thinking":"Hm.","tool_calls":[{"function":{"name":"f","arguments":{"a":[1,2,{"b":null}]}}}]},"done":false}""",
        """{"model":"m","message":{"role":"assistant","content":""},"done":true,"done_reason":"stop","total_duration":123,"load_duration":4,"prompt_eval_count":26,"prompt_eval_duration":5,"eval_count":7,"eval_duration":8}""",
        """{"error":"an error was encountered while running the model: unexpected EOF"}""",
        "",
    ];

    /// <summary>
    /// Passes on only what OllamaSharp can read, for any bytes of a server, and reports the rest by one of three exceptions.
    /// </summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [Trait("Category", Exhaustive.Category)]
    [Trait("Row", "F-08")]
    public async Task ReadAsync_AnythingAtAll_IsReadByOllamaSharpOrIsTold(int seed)
    {
        var mutator = new Mutator(seed, Right);
        var (chunks, told, peak) = (0, 0, 0L);
        var begin = GC.GetTotalMemory(forceFullCollection: false);
        for (var number = 0; number < Cases; number++)
        {
            using var content = new ByteArrayContent(mutator.Next().ToArray());
            try
            {
                chunks += await ReadAsync(content);
            }
            catch (Exception expected) when (expected is InvalidDataException or OllamaHttpException or IncompleteAnswerException)
            {
                told++;
            }

            if (number % 50 == 0)
            {
                peak = Math.Max(peak, GC.GetTotalMemory(forceFullCollection: false) - begin);
            }
        }

        output.WriteLine(
            $"{Cases} answers: {chunks} ended with their last line, {told} were told as broken; at most {peak / 1e6:0.0} MB more than before.");
        Assert.InRange(chunks, Cases / 20, Cases);
        Assert.InRange(told, Cases / 10, Cases);
        Assert.InRange(peak, 0, 512L * 1024 * 1024);
    }

    private static async Task<int> ReadAsync(HttpContent content)
    {
        using var stream = await OllamaAnswerStream.StartAsync(
            content,
            new RearmableTimeout(TimeProvider.System, CancellationToken.None),
            TimeSpan.FromMinutes(1),
            TimeSpan.FromMinutes(1),
            Endpoint,
            CancellationToken.None);
        using var lines = new StreamReader(stream);
        var ended = 0;
        while (await lines.ReadLineAsync(TestContext.Current.CancellationToken) is { } line)
        {
            ended += JsonSerializer.Deserialize(line, OllamaJson.Default.ChatResponseStream)!.Done ? 1 : 0;
            Assert.NotNull(JsonSerializer.Deserialize(line, OllamaJson.Default.ChatDoneResponseStream));
        }

        return ended;
    }
}
