using System.Diagnostics;
using System.Globalization;
using System.Text;
using Pipulate.Browser.Hosting;
using Pipulate.FakeOllama;
using Pipulate.Tests;
using static Pipulate.Browser.Hosting.SampleSite;

namespace Pipulate.Browser;

/// <summary>A server with thousands of pages is asked to end. Needs no browser.</summary>
[Collection(MeasuredAlone.Name)]
public sealed class DrainTests(ITestOutputHelper output) : IDisposable
{
    private const int Silent = 10;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("pipulate-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    [Trait("Category", Exhaustive.Category)]
    [Trait("Row", "F-11")]
    public async Task Sigterm_WithThousandsOfPages_SendsThemAwayInWavesAndEndsInTime()
    {
        // A socket is a file to the system; here and there some are needed for other things.
        var count = Math.Min(Exhaustive.Count(full: 5_000, quick: 2_100), OpenFilesAllowed() - 1_000);
        await using var ollama = await FakeOllamaServer.StartAsync();
        var never = new TaskCompletionSource();
        ollama.Answer = _ => FakeAnswer.Text("one two three") with { GateAfterFirst = never.Task };
        await using var sample = await SampleProcess.StartAsync(_folder.FullName, [$"--Pipulate:Ollama:Endpoint={ollama.Endpoint}"]);
        var pages = new List<Page>();
        try
        {
            foreach (var places in Enumerable.Range(0, count).Chunk(100))
            {
                pages.AddRange(await Task.WhenAll(places.Select(_ => Page.OpenAsync(sample.Address))));
            }

            pages.TakeLast(Silent).ToList().ForEach(page => page.Socket.Answers = false);
            await pages[0].Socket.TypeAsync("Count.", "id-1", TestContext.Current.CancellationToken);
            await ollama.WaitForChatAsync(1, TestContext.Current.CancellationToken);
            await pages[0].StreamSeen.WaitAsync(TestTime.Timeout, TestContext.Current.CancellationToken);

            var asked = Stopwatch.GetTimestamp();
            sample.Terminate();
            await Task.WhenAny(pages.Select(page => page.Closed));
            using var late = await RawPage.ConnectAsync(sample.Address, cancellationToken: TestContext.Current.CancellationToken);
            await Task.WhenAll(pages.Select(page => page.Closed)).WaitAsync(TestTime.Timeout, TestContext.Current.CancellationToken);
            await sample.EndAsync();
            var took = Stopwatch.GetElapsedTime(asked);

            var (first, last) = (pages.Min(page => page.ClosedAt), pages.Max(page => page.ClosedAt));
            var spread = Stopwatch.GetElapsedTime(first, last);
            output.WriteLine(
                $"{count} pages, of which {Silent} did not answer: told from {Stopwatch.GetElapsedTime(asked, first).TotalMilliseconds:0} to "
                + $"{Stopwatch.GetElapsedTime(asked, last).TotalMilliseconds:0} ms after SIGTERM, the process gone after {took.TotalMilliseconds:0} ms.");
            Assert.All(pages, page => Assert.Equal(1012, page.Socket.Closed));
            Assert.True(pages[0].SawStopped, "The answer is shown as stopped before the goodbye.");
            Assert.Equal(0, sample.ExitCode);
            Assert.True(took < TimeSpan.FromSeconds(15), $"The process took {took}.");
            Assert.True(spread > 0.9 * TimeSpan.FromMilliseconds(250) * ((count - 1) / 1_000), $"All went within {spread}.");

            // Refused before the handshake, not let in and sent away.
            Assert.Equal(503, late.Status);
            Assert.Contains("Retry-After", late.Head, StringComparison.OrdinalIgnoreCase);
            Assert.Single(ollama.Chats);
        }
        finally
        {
            pages.ForEach(page => page.Socket.Dispose());
        }
    }

    private static int OpenFilesAllowed() =>
        File.Exists("/proc/self/limits")
            ? int.Parse(File
                .ReadLines("/proc/self/limits")
                .Single(line => line.StartsWith("Max open files", StringComparison.Ordinal))
                .Split(' ', StringSplitOptions.RemoveEmptyEntries)[3], CultureInfo.InvariantCulture)
            : 3_000;

    /// <summary>A page that reads until it is sent away.</summary>
    private sealed class Page
    {
        private readonly TaskCompletionSource _streamSeen = new(TaskCreationOptions.RunContinuationsAsynchronously);

        private Page(RawPage socket) => Socket = socket;

        public RawPage Socket { get; }

        public Task Closed { get; private set; } = Task.CompletedTask;

        public long ClosedAt { get; private set; }

        public bool SawStopped { get; private set; }

        public Task StreamSeen => _streamSeen.Task;

        public static async Task<Page> OpenAsync(Uri address)
        {
            var page = new Page(await RawPage.ConnectAsync(address, cancellationToken: TestContext.Current.CancellationToken));
            Assert.Equal(101, page.Socket.Status);
            page.Closed = page.ReadAsync();
            return page;
        }

        private async Task ReadAsync()
        {
            while (await Socket.ReadAsync(TestContext.Current.CancellationToken) is { } message)
            {
                var text = Encoding.UTF8.GetString(message.Span);
                SawStopped |= text.Contains("data-state=\"stopped\"", StringComparison.Ordinal);
                if (text.Contains("one", StringComparison.Ordinal))
                {
                    _streamSeen.TrySetResult();
                }
            }

            ClosedAt = Stopwatch.GetTimestamp();
        }
    }
}
