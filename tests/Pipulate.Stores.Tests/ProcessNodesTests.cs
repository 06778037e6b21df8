using System.Diagnostics;
using System.Globalization;
using Npgsql;
using Pipulate.FakeOllama;
using Pipulate.Stores.Hosting;
using Pipulate.Tests;

namespace Pipulate.Stores;

/// <summary>
/// An application in two processes that share a PostgreSQL and the keys, with pages on both: through sockets, kills and restarts.
/// </summary>
public sealed partial class ProcessNodesTests(PostgreSqlServer server, ITestOutputHelper output)
    : IClassFixture<PostgreSqlServer>, IAsyncLifetime
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

        // Asked for once more on the node that did not give it: the one that did takes it back.
        _ollama.Answer = _ => FakeAnswer.Text("one two three four");
        await other.AskAgainAsync();
        said = ["user/complete: Count.", "assistant/complete: one two three four"];
        await page.UntilAsync(said);
        await other.UntilAsync(said);

        // Typed here, done there: the page of the one node sees what the visitor does on the other, and the model knows it all.
        _ollama.Answer = _ => FakeAnswer.Text("Milk it is.");
        await PostAsync(near, "/todo?title=Milk", page.Visitor);
        await other.UntilAsync([.. said, "assistant/complete: Milk it is."]);
        await other.TypeAsync("And now?", "m2");
        await page.UntilAsync([.. said, "assistant/complete: Milk it is.", "user/complete: And now?", "assistant/complete: Milk it is."]);
        Assert.Equal(4, _ollama.Chats.Count);
        Assert.Contains("one two three", _ollama.Chats[^1].Body, StringComparison.Ordinal);

        // One message sent to both nodes, as by a page that lost its connection, is one message.
        await page.TypeAsync("And now?", "m2");
        await other.TypeAsync("Good night.", "m3");
        await page.UntilAsync(shown => shown.Length == 7);
        Assert.Equal(2, page.Shown.Count(
            entry => entry.StartsWith("user/complete: ", StringComparison.Ordinal) && !entry.Contains("Count", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task AskAgain_NodeThatAnsweredWasKilled_IsAnsweredByTheOther()
    {
        var (near, far) = (await StartAsync(), await StartAsync());
        _ollama.Answer = _ => FakeAnswer.Text("one two three");
        var page = await OpenAsync(near);
        var other = await OpenAsync(far, page.Visitor);
        await page.TypeAsync("Count.", "m1");
        await other.UntilAsync("user/complete: Count.", "assistant/complete: one two three");

        _ollama.Answer = _ => FakeAnswer.Text("one two three four");
        await near.KillAsync();

        // Until it is missed, the dead one is asked: whoever sees nothing happen presses once more.
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(40));
        while (!other.Shown.SequenceEqual(["user/complete: Count.", "assistant/complete: one two three four"]))
        {
            Assert.False(limit.IsCancellationRequested, string.Join(" | ", other.Shown));
            if (other.Shown is [_, "assistant/complete: one two three"])
            {
                await other.AskAgainAsync();
            }

            await Task.Delay(500, Cancellation);
        }

        Assert.Equal(2, _ollama.Chats.Count);
    }

    [Fact]
    public async Task Comment_PostOnANodeThatHasJustComeAndHasNoPage_IsGivenAllTheSame()
    {
        var near = await StartAsync();
        _ollama.Answer = _ => FakeAnswer.Text("Milk it is.");
        var page = await OpenAsync(near);

        // The far node has just come, and has never heard of the visitor nor, perhaps, of the near node and its page.
        var far = await StartAsync();
        await PostAsync(far, "/todo?title=Milk", page.Visitor);

        await page.UntilAsync("assistant/complete: Milk it is.");
    }

    [Fact]
    public async Task Type_WhileTheOtherNodeAnswers_IsAnsweredAfterwardsAndOnce()
    {
        var (near, far) = (await StartAsync(), await StartAsync());
        var go = new TaskCompletionSource();
        _ollama.Answer = _ => FakeAnswer.Text("one two three") with { GateAfterFirst = go.Task };
        var page = await OpenAsync(near);
        var other = await OpenAsync(far, page.Visitor);
        await page.TypeAsync("First?", "m1");
        await other.UntilAsync(shown => shown.Length == 2);

        await other.TypeAsync("Second?", "m2");
        await page.UntilAsync(shown => shown.Length == 3);

        // For as long as the other node looks four times whether it may.
        await Task.Delay(TimeSpan.FromSeconds(1), Cancellation);
        Assert.Single(_ollama.Chats);
        go.SetResult();

        await page.UntilAsync(
            "user/complete: First?", "assistant/complete: one two three", "user/complete: Second?", "assistant/complete: one two three");
        await other.UntilAsync(page.Shown);
        Assert.Equal(2, _ollama.Chats.Count);
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
        var node = await NodeProcess.StartAsync(_database, _keys, _ollama.Endpoint, "--Logging:LogLevel:Pipulate.Commentary=Debug");
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
