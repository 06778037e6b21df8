using Microsoft.Extensions.AI;
using static Pipulate.Tests.Models.Ollama.ScriptedOllama;

namespace Pipulate.Tests.Models.Ollama;

/// <summary>What is measured is the whole process, so nothing else runs beside it.</summary>
[Collection(MeasuredAlone.Name)]
public class OllamaMemoryTests
{
    [Fact]
    [Trait("Row", "F-09")]
    public async Task GetStreamingResponseAsync_LineOf200Megabytes_IsRefusedWithLittleMemory()
    {
        await using var server = await StartAsync();
        server.Chat = async (context, gone) =>
        {
            await WriteAsync(context, Line("Hel"));
            var block = new byte[64 * 1024];
            Array.Fill(block, (byte)'x');
            for (var sent = 0L; sent < 200_000_000 && !gone.IsCancellationRequested; sent += block.Length)
            {
                await context.Response.Body.WriteAsync(block, gone);
            }

            // Kestrel swallows writes after an abort, and an ended request is never told of one.
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, gone);
        };
        using var client = server.Client();
        var before = GC.GetTotalAllocatedBytes(precise: true);
        var text = "";

        await Assert.ThrowsAsync<InvalidDataException>(async () =>
        {
            await foreach (var update in client.GetStreamingResponseAsync("hi", cancellationToken: TestContext.Current.CancellationToken))
            {
                text += update.Text;
            }
        });

        Assert.Equal("Hel", text);
        Assert.InRange(GC.GetTotalAllocatedBytes(precise: true) - before, 0, 64_000_000);
        await server.Aborted.Task.WaitAsync(TestTime.Timeout, TestContext.Current.CancellationToken);
    }
}
