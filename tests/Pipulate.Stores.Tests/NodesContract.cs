using Pipulate.Connections;
using Pipulate.Conversations;
using Pipulate.Conversations.Entries;
using Pipulate.Nodes;
using Pipulate.Storage;
using Pipulate.Stores.Hosting;
using Pipulate.Tests;

namespace Pipulate.Stores;

/// <summary>What holds between the nodes of an application, whichever store and backplane they share.</summary>
public abstract partial class NodesContract : IAsyncDisposable
{
    private readonly List<TestNode> _nodes = [];

    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    protected abstract ValueTask<IConversationStore> OpenStoreAsync();

    protected abstract ValueTask<IPipulateBackplane> JoinAsync();

    protected abstract ValueTask BreakAsync();

    [Fact]
    public async Task Append_OnOneNode_GrowsOnTheOther()
    {
        var (here, there) = await OpenOnTwoAsync();
        var answer = here.BeginMessage("demo");
        await Until(there, "Assistant/Streaming: ");

        foreach (var text in (string[])["One", "One two", "One two 🙂", "One two 🙂 four"])
        {
            here.Append(answer, text.AsSpan(AnswerIn(here).Length));
            await Until(there, $"Assistant/Streaming: {text}");
        }

        here.End(answer, EntryState.Failed, "It broke off.");
        await Until(there, "Assistant/Failed: One two 🙂 four");
        Assert.Equal(("demo", "It broke off."), Look(there, entries => (entries[0].AuthorName, entries[0].Reason)));
    }

    [Fact]
    public async Task Say_OnBothNodes_IsTheSameConversation()
    {
        var (here, there) = await OpenOnTwoAsync();

        Assert.True(here.AddUserMessage("hello", "m1"));
        await Until(there, "User/Complete: hello");
        there.AddMessage(EntryRole.Event, "They put \"Milk\" on the list.", kind: "POST /todo");
        there.AddMessage(EntryRole.Notice, "No model answers.");
        await Until(here, "User/Complete: hello", "Event/Complete: They put \"Milk\" on the list.", "Notice/Complete: No model answers.");

        Assert.False(there.AddUserMessage("hello", "m1"));
        Assert.Equal(here.Turns.ReadHistory().Select(message => message.Text), there.Turns.ReadHistory().Select(message => message.Text));

        // Answered where it was said, and nowhere else.
        Assert.True(here.Turns.PeekPending() is { Typed: true });
        Assert.Null(there.Turns.PeekPending());
    }

    [Fact]
    public async Task Open_WhileAnotherNodeSpeaks_HasItAllAndGoesOn()
    {
        var first = await StartAsync();
        var here = await first.OpenAsync("c");
        here.AddUserMessage("Count.", "m1");
        var answer = here.BeginMessage();
        here.Append(answer, "one");
        var second = await StartAsync();
        await Eventually.TrueAsync(() => IsStored(here));

        var there = await second.OpenAsync("c");
        here.Append(answer, " two");
        await Until(there, "User/Complete: Count.", "Assistant/Streaming: one two");
        here.Append(answer, " three");
        await Until(there, "User/Complete: Count.", "Assistant/Streaming: one two three");
        here.End(answer, EntryState.Complete);
        await Until(there, "User/Complete: Count.", "Assistant/Complete: one two three");

        // Nobody has marked it as stopped, and a third sees it so too.
        await Eventually.TrueAsync(() => IsStored(here) && IsStored(there));
        var third = await (await StartAsync()).OpenAsync("c");
        Assert.Equal(["User/Complete: Count.", "Assistant/Complete: one two three"], TextOf(third));
    }

    [Fact]
    public async Task Open_JustAfterSomethingWasSaid_HasIt()
    {
        var first = await StartAsync();
        var second = await StartAsync();
        for (var i = 0; i < 6; i++)
        {
            var here = await first.OpenAsync($"c{i}");
            here.AddMessage(EntryRole.User, "before");
            here.End(here.BeginMessage(), EntryState.Complete);
            var opening = second.OpenAsync($"c{i}");
            here.AddMessage(EntryRole.User, "meanwhile");
            var there = await opening;
            here.AddMessage(EntryRole.User, "after");
            await Eventually.TrueAsync(() => TextOf(there).Order().SequenceEqual(TextOf(here).Order()));
        }
    }

    [Fact]
    public async Task Say_LongText_ArrivesWhole()
    {
        var (here, there) = await OpenOnTwoAsync();
        var text = string.Concat(Enumerable.Repeat("0123456789 é🙂€\n", 2_000));

        here.AddMessage(EntryRole.User, text);
        var answer = here.BeginMessage();
        here.Append(answer, text);
        here.Append(answer, text);
        here.End(answer, EntryState.Complete);

        await Until(there, $"User/Complete: {text}", $"Assistant/Complete: {text}{text}");
    }

    [Fact]
    public async Task Say_KindTooLongForAMessage_IsReadFromTheStore()
    {
        var (here, there) = await OpenOnTwoAsync();
        var kind = new string('k', 20_000);

        here.AddMessage(EntryRole.Event, "x", kind: kind);

        await Until(there, "Event/Complete: x");
        Assert.Equal(kind, Look(there, entries => entries[0].Kind));
    }

    [Fact]
    public async Task Report_Progress_IsSeenOnTheOther()
    {
        var (here, there) = await OpenOnTwoAsync();
        var entry = here.BeginProgress("Import");
        await Until(there, "Progress/Streaming: Import");

        here.Report(entry, new Progress(3, 10, "three"));
        await Eventually.TrueAsync(() => Look(there, entries => entries[0].Progress) == new Progress(3, 10, "three"));
        here.End(entry, EntryState.Complete);

        await Until(there, "Progress/Complete: Import");
    }

    [Fact]
    public async Task Break_WhileAnAnswerStreams_IsCaughtUp()
    {
        var (here, there) = await OpenOnTwoAsync();
        var answer = here.BeginMessage();
        var whole = "";
        for (var i = 0; i < 60; i++)
        {
            if (i is 20 or 40)
            {
                await BreakAsync();
            }

            here.Append(answer, $"word{i} ");
            whole += $"word{i} ";
            if (i % 20 == 0)
            {
                there.AddMessage(EntryRole.Event, $"event {i}");
            }

            Assert.StartsWith(AnswerIn(there), whole, StringComparison.Ordinal);
            await Task.Delay(5, Cancellation);
        }

        here.End(answer, EntryState.Complete);
        await Eventually.TrueAsync(() => TextOf(there).Contains($"Assistant/Complete: {whole}") && TextOf(here).Length == 4);
        Assert.Equal(TextOf(here).Order(), TextOf(there).Order());
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in _nodes)
        {
            await node.DisposeAsync();
        }

        await EndAsync();
        GC.SuppressFinalize(this);
    }

    protected virtual ValueTask EndAsync() => default;

    private protected async Task<TestNode> StartAsync(TimeProvider? time = null) => await StartAsync(await JoinAsync(), time);

    private protected async Task<TestNode> StartAsync(
        IPipulateBackplane backplane, TimeProvider? time = null, Generation.IReplyLeaseStore? ledger = null)
    {
        var node = await TestNode.StartAsync(await OpenStoreAsync(), backplane, time, ledger);
        _nodes.Add(node);
        return node;
    }

    /// <summary>One conversation, open on two nodes that know of each other.</summary>
    private protected async Task<(Conversation Here, Conversation There)> OpenOnTwoAsync()
    {
        var here = await (await StartAsync()).OpenAsync("c");
        var there = await (await StartAsync()).OpenAsync("c");
        var page = new Page();
        foreach (var (one, other) in ((Conversation, Conversation)[])[(here, there), (there, here)])
        {
            one.Viewers.Add(page);
            await Eventually.TrueAsync(() => other.Viewers.HasRemoteViewers);
            one.Viewers.Remove(page);
            await Eventually.TrueAsync(() => !other.Viewers.HasRemoteViewers);
        }

        return (here, there);
    }

    private protected static string[] TextOf(Conversation conversation) =>
        Look(conversation, entries => entries.Where(entry => !entry.Withdrawn).Select(
            entry => $"{entry.Role}/{entry.State}: {entry.Text}").ToArray());

    private protected static string AnswerIn(Conversation conversation) =>
        Look(conversation, entries => entries.FirstOrDefault(entry => entry.Role is EntryRole.Assistant)?.Text.ToString() ?? "");

    private protected static T Look<T>(Conversation conversation, Func<IReadOnlyList<ConversationEntry>, T> look)
    {
        lock (conversation.Gate)
        {
            return look(conversation.Log.Entries);
        }
    }

    private protected static async Task Until(Conversation conversation, params string[] expected)
    {
        using var limit = new CancellationTokenSource(TestTime.Timeout);
        while (!TextOf(conversation).SequenceEqual(expected))
        {
            Assert.False(limit.IsCancellationRequested, $"It did not come to that: {string.Join(" | ", TextOf(conversation))}");
            await Task.Delay(5, Cancellation);
        }
    }

    private protected static bool IsStored(Conversation conversation) =>
        conversation.Observers.OfType<Storage.ConversationWriter>().Single().IsSaved;

    private async Task<StoredConversation> ReadAsync(string id) =>
        (await (await OpenStoreAsync()).ReadAsync(new ConversationKey(id, new ConversationId(id)), 1000, cancellationToken: Cancellation))!;

    private sealed class Page : IConversationViewer
    {
        public void NotifyChanged()
        {
        }
    }
}
