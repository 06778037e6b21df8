using System.Diagnostics;
using Pipulate.FakeOllama;
using Pipulate.Stores.Hosting;
using Pipulate.Tests;

namespace Pipulate.Stores;

/// <summary>An application in two processes that share a PostgreSQL and the keys, with pages on both: through sockets, kills and restarts.</summary>
public sealed class ProcessNodesTests(PostgreSqlServer server, ITestOutputHelper output) : IClassFixture<PostgreSqlServer>, IAsyncLifetime
{
    private readonly List<IDisposable> _pages = [];
    private readonly List<NodeProcess> _nodes = [];
    private readonly string _keys = Directory.CreateTempSubdirectory("pipulate-keys-").FullName;
    private FakeOllamaServer _ollama = null!;
    private string _database = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Page_OnOneNode_SeesTokenByTokenWhatTheOtherGenerates()
    {
        var (near, far) = (await StartAsync(), await StartAsync());
        var go = new TaskCompletionSource();
        _ollama.Answer = _ => FakeAnswer.Text("one two three") with { GateAfterFirst = go.Task };
        var page = await OpenAsync(near);
        var other = await OpenAsync(far, page.Visitor);
        var stranger = await OpenAsync(far);

        await page.TypeAsync("Count.", "m1");
        string[] begun = ["user/complete: Count.", "assistant/streaming: one "];
        await page.UntilAsync(shown => Trim(shown).SequenceEqual(Trim(begun)));
        await other.UntilAsync(shown => Trim(shown).SequenceEqual(Trim(begun)));
        go.SetResult();

        string[] said = ["user/complete: Count.", "assistant/complete: one two three"];
        await page.UntilAsync(said);
        await other.UntilAsync(said);
        Assert.Empty(stranger.Shown);

        // Typed here, done there: the page of the one node sees what the visitor does on the other, and the model knows it all.
        _ollama.Answer = _ => FakeAnswer.Text("Milk it is.");
        await PostAsync(near, "/todo?title=Milk", page.Visitor);
        await other.UntilAsync([.. said, "assistant/complete: Milk it is."]);
        await other.TypeAsync("And now?", "m2");
        await page.UntilAsync([.. said, "assistant/complete: Milk it is.", "user/complete: And now?", "assistant/complete: Milk it is."]);
        Assert.Equal(3, _ollama.Chats.Count);
        Assert.Contains("one two three", _ollama.Chats[^1].Body.ToString(), StringComparison.Ordinal);

        // One message sent to both nodes, as by a page that lost its connection, is one message.
        await page.TypeAsync("And now?", "m2");
        await other.TypeAsync("Good night.", "m3");
        await page.UntilAsync(shown => shown.Length == 7);
        Assert.Equal(2, page.Shown.Count(entry => entry.StartsWith("user/complete: ", StringComparison.Ordinal) && !entry.Contains("Count", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Comment_PostOnANodeWithoutThePage_IsGivenAllTheSame()
    {
        var (near, far) = (await StartAsync(), await StartAsync());
        _ollama.Answer = _ => FakeAnswer.Text("Milk it is.");
        var page = await OpenAsync(near);

        // The far node has never heard of the visitor: that a page is there, it knows from the near one.
        await Eventually.TrueAsync(() => far.Output.Contains("Listening", StringComparison.Ordinal) && near.Output.Contains("Listening", StringComparison.Ordinal));
        await PostAsync(far, "/todo?title=Milk", page.Visitor);

        await page.UntilAsync("assistant/complete: Milk it is.");
    }

    [Fact]
    public async Task Kill_WhileANodeGenerates_TheOtherPageKeepsTheTextAndGoesOn()
    {
        var (near, far) = (await StartAsync(), await StartAsync());
        var whole = string.Join(' ', Enumerable.Range(1, 2000).Select(i => $"word{i}"));
        _ollama.Answer = _ => FakeAnswer.Text(whole) with { TokensPerSecond = 50 };
        var page = await OpenAsync(near);
        var other = await OpenAsync(far, page.Visitor);
        await page.TypeAsync("Count.", "m1");
        await other.UntilAsync(shown => shown.Length == 2 && shown[1].Contains("word20 ", StringComparison.Ordinal));

        await near.KillAsync();
        var killed = Stopwatch.GetTimestamp();
        var before = other.Shown[1].Split(": ", 2)[1];
        await other.UntilAsync(shown => shown[^1].StartsWith("assistant/stopped: ", StringComparison.Ordinal), TimeSpan.FromSeconds(30));
        output.WriteLine($"Marked as stopped after {Stopwatch.GetElapsedTime(killed).TotalSeconds:0.0} s.");

        var after = other.Shown[1].Split(": ", 2)[1];
        Assert.StartsWith(before, after, StringComparison.Ordinal);
        Assert.StartsWith(after, whole, StringComparison.Ordinal);
        _ollama.Answer = _ => FakeAnswer.Text("Here I am.");
        await other.TypeAsync("Are you there?", "m2");
        await other.UntilAsync(["user/complete: Count.", $"assistant/stopped: {after}", "user/complete: Are you there?", "assistant/complete: Here I am."]);

        // The node that comes next has it from the store.
        var again = await OpenAsync(await StartAsync(), page.Visitor);
        await again.UntilAsync(other.Shown);
        Assert.DoesNotContain("fail:", far.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task DatabaseRestarted_WhileANodeGenerates_EverythingIsCaughtUpWithinTenSeconds()
    {
        var (near, far) = (await StartAsync(), await StartAsync());
        var whole = string.Join(' ', Enumerable.Range(1, 300).Select(i => $"word{i}"));
        _ollama.Answer = _ => FakeAnswer.Text(whole) with { TokensPerSecond = 50 };
        var page = await OpenAsync(near);
        var other = await OpenAsync(far, page.Visitor);
        await page.TypeAsync("Count.", "m1");
        await other.UntilAsync(shown => shown.Length == 2 && shown[1].Contains("word20 ", StringComparison.Ordinal));

        await server.RestartAsync();
        var back = Stopwatch.GetTimestamp();
        await other.TypeAsync("Meanwhile.", "m2");
        await page.UntilAsync(shown => shown.Contains("user/complete: Meanwhile."), TimeSpan.FromSeconds(10));
        var sofar = page.Shown[1].Split(": ", 2)[1];
        await other.UntilAsync(shown => shown[1].Split(": ", 2)[1].StartsWith(sofar, StringComparison.Ordinal), TimeSpan.FromSeconds(10));
        output.WriteLine($"Caught up {Stopwatch.GetElapsedTime(back).TotalSeconds:0.0} s after the database was back.");

        await page.UntilAsync(shown => shown.Contains($"assistant/complete: {whole}"));
        await other.UntilAsync(shown => shown.Contains($"assistant/complete: {whole}"));
        await other.UntilAsync(shown => shown.Length == 4 && shown.All(entry => entry.Contains("/complete", StringComparison.Ordinal)));
        await page.UntilAsync(shown => shown.Order().SequenceEqual(other.Shown.Order()));
        Assert.False(near.HasExited || far.HasExited);
    }

    public async ValueTask InitializeAsync()
    {
        _database = await server.NewSchemaAsync();
        _ollama = await FakeOllamaServer.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        _pages.ForEach(page => page.Dispose());
        foreach (var node in _nodes)
        {
            await node.DisposeAsync();
        }

        if (_ollama is not null)
        {
            await _ollama.DisposeAsync();
        }

        Directory.Delete(_keys, recursive: true);
    }

    private static string[] Trim(string[] shown) => [.. shown.Select(entry => entry.TrimEnd())];

    private static async Task PostAsync(NodeProcess node, string path, string visitor)
    {
        using var http = new HttpClient { BaseAddress = node.Address, Timeout = TestTime.Timeout };
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(path, UriKind.Relative));
        request.Headers.Add("Cookie", visitor);
        using var response = await http.SendAsync(request, Cancellation);
        response.EnsureSuccessStatusCode();
    }

    private async Task<NodeProcess> StartAsync()
    {
        var node = await NodeProcess.StartAsync(_database, _keys, _ollama.Endpoint);
        _nodes.Add(node);
        return node;
    }

    private async Task<NodePage> OpenAsync(NodeProcess node, string? visitor = null)
    {
        var page = await NodePage.OpenAsync(node, visitor);
        _pages.Add(page);
        return page;
    }
}
