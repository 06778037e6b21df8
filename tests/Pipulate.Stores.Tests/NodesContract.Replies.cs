using Pipulate.Connections;
using Pipulate.Conversations;
using Pipulate.Conversations.Entries;
using Pipulate.Nodes;
using Pipulate.Storage;
using Pipulate.Stores.Hosting;
using Pipulate.Tests;

namespace Pipulate.Stores;

/// <content>Titles, pauses, deletions, and replies that are given again.</content>
public abstract partial class NodesContract
{
    [Fact]
    public async Task Pause_AndForget_HoldOnAllNodes()
    {
        var (here, there) = await OpenOnTwoAsync();
        here.AddMessage(EntryRole.Event, "a secret");
        here.AddMessage(EntryRole.Event, "another");
        await Until(there, "Event/Complete: a secret", "Event/Complete: another");

        there.Details.IsPaused = true;
        there.ForgetEvents();

        await Eventually.TrueAsync(() => here.Details.IsPaused && here.ReadEvents().Count == 0);
        Assert.Empty(here.Turns.ReadHistory());
        await Eventually.TrueAsync(() => IsStored(here) && IsStored(there));
        Assert.All((await ReadAsync("c")).Entries, entry => Assert.True(entry is { Withdrawn: true, Text: "" }));
        here.Details.IsPaused = false;
        await Eventually.TrueAsync(() => !there.Details.IsPaused);
    }

    [Fact]
    public async Task Title_RenamedThenTypedOnAnotherNode_IsTheGivenOne()
    {
        var (here, there) = await OpenOnTwoAsync();
        here.AddMessage(EntryRole.Event, "They opened the page.");
        here.Details.Title = "Groceries";
        await Eventually.TrueAsync(() => there.Details.Title == "Groceries");

        there.AddUserMessage("What is on my list?", "m1");

        await Eventually.TrueAsync(() => IsStored(here) && IsStored(there));
        Assert.Equal(("Groceries", "Groceries"), (here.Details.Title, there.Details.Title));
        Assert.Equal("Groceries", (await ReadAsync("c")).Summary.Title);
    }

    [Fact]
    public async Task Title_TypedOnOneNode_IsProposedOnAll()
    {
        var (here, there) = await OpenOnTwoAsync();

        here.AddUserMessage("What is on my list?", "m1");

        await Eventually.TrueAsync(() => there.Details.Title == "What is on my list?");
        there.Details.Title = null;
        await Eventually.TrueAsync(() => here.Details.Title is null && IsStored(there));
        Assert.Null((await ReadAsync("c")).Summary.Title);
    }

    [Fact]
    public async Task ForgetAndAskAgain_WhereNodesNumberDifferently_MeanTheSameEntry()
    {
        var (first, second) = (await StartAsync(), await StartAsync());
        var here = await first.OpenAsync("c");
        here.AddMessage(EntryRole.Notice, "Only the store knows that it was the first.");
        here.ForgetEvents();
        await Eventually.TrueAsync(() => IsStored(here));
        var there = await second.OpenAsync("c");
        Conversation[] both = [here, there];

        // Said in the same moment: each node counts its own first.
        var mine = here.AddMessage(EntryRole.Event, "mine");
        there.AddMessage(EntryRole.Event, "yours");
        here.AddUserMessage("Well?", "m1");
        var answer = here.Turns.Begin()!.Entry;
        here.End(answer, EntryState.Complete);
        await Eventually.TrueAsync(
            () => both.All(conversation => TextOf(conversation).Length == 5 && TextOf(conversation).Contains("Assistant/Complete: ")));

        there.ForgetEvents(mine.Id);
        await Eventually.TrueAsync(
            () => both.All(conversation => conversation.ReadEvents().Select(done => done.Text).SequenceEqual(["yours"])));

        // A page of any node has the button, and the node that gave the answer takes it back.
        Assert.True(Look(there, _ => there.Log.Find(answer.Id)!.CanRegenerate));
        var asked = new List<(ConversationId, Guid)>();
        first.Link.RegenerationRequested += (conversation, which) => asked.Add((conversation, which));
        Assert.False(there.Turns.Regenerate(answer.Id));
        there.Observers.OfType<Nodes.MirroredConversation>().Single().TryRegenerate(answer.Id);
        await Eventually.TrueAsync(() => asked.Count == 1);
        Assert.Equal((here.Id, answer.Id), asked[0]);
        Assert.True(here.Turns.Regenerate(answer.Id));
        await Eventually.TrueAsync(() => Look(there, _ => there.Log.Find(answer.Id)!.Withdrawn));
        Assert.True(here.Turns.PeekPending() is { Typed: true });
    }

    [Fact]
    public async Task AskAgain_NodeThatAnsweredIsGone_IsOwedByWhomeverIsAsked()
    {
        var (first, second) = (await StartAsync(), await StartAsync());
        var (here, there) = (await first.OpenAsync("c"), await second.OpenAsync("c"));
        here.AddUserMessage("Before?", "m1");
        var old = here.Turns.Begin()!.Entry;
        here.End(old, EntryState.Complete);
        here.AddMessage(EntryRole.Event, "They put \"Milk\" on the list.");
        here.AddUserMessage("Well?", "m2");
        here.AddMessage(EntryRole.Assistant, "The application speaks.");
        var answer = here.Turns.Begin()!.Entry;
        here.Append(answer, "Well.");
        here.End(answer, EntryState.Complete);
        await Until(
            there,
            "User/Complete: Before?",
            "Assistant/Complete: ",
            "Event/Complete: They put \"Milk\" on the list.",
            "User/Complete: Well?",
            "Assistant/Complete: The application speaks.",
            "Assistant/Complete: Well.");
        var shared = there.Observers.OfType<Nodes.MirroredConversation>().Single();
        Assert.True(shared.TryRegenerate(answer.Id));

        await first.DisposeAsync();
        await Eventually.TrueAsync(() => !shared.TryRegenerate(answer.Id));

        Assert.False(there.Turns.RegenerateRemote(old.Id), "Not the newest.");
        Assert.True(there.Turns.RegenerateRemote(answer.Id));
        Assert.False(there.Turns.RegenerateRemote(answer.Id), "Taken back already.");
        Assert.True(there.Turns.IsRegenerating);
        Assert.Equal(["They put \"Milk\" on the list.", "Well?"], there.Turns.ReadPending().Select(entry => entry.Text.ToString()));
        Assert.DoesNotContain("Assistant/Complete: Well.", TextOf(there));

        // Whoever comes next does not see it either.
        await Eventually.TrueAsync(() => IsStored(there));
        Assert.DoesNotContain("Assistant/Complete: Well.", TextOf(await (await StartAsync()).OpenAsync("c")));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Delete_OnOneNode_EndsItOnTheOthersAndNothingThatIsStillSaidBringsItBack(bool all)
    {
        var (first, second) = (await StartAsync(), await StartAsync());
        var (here, there) = (await first.OpenAsync("c"), await second.OpenAsync("c"));
        here.AddMessage(EntryRole.User, "a secret");
        await Until(there, "User/Complete: a secret");
        var answer = there.BeginMessage();
        there.Append(answer, "so far");
        await Eventually.TrueAsync(() => IsStored(here) && IsStored(there));
        var page = second.Connect("c");

        await (all ? first.Owned.DeleteAllAsync("c") : first.Owned.DeleteAsync(here.Id));
        there.Append(answer, " and further");
        there.AddMessage(EntryRole.User, "late");

        await Eventually.TrueAsync(() => there.IsDeleted && page.Closed is Connections.CloseReason.Restarting);
        Assert.DoesNotContain("secret", string.Concat(TextOf(there)), StringComparison.Ordinal);
        await Eventually.TrueAsync(() => IsStored(there));
        Assert.Null(await (await OpenStoreAsync()).ReadAsync(new ConversationKey("c", here.Id), 1, cancellationToken: Cancellation));

        // Who comes back begins anew, on either node.
        page.Leave();
        var anew = await second.OpenAsync("c");
        Assert.NotSame(there, anew);
        anew.AddMessage(EntryRole.User, "hello again");
        await Eventually.TrueAsync(() => IsStored(anew));
        Assert.Equal(["User/Complete: hello again"], TextOf(await first.OpenAsync("c")));
    }
}
