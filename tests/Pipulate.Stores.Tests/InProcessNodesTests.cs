using Pipulate.Conversations;
using Pipulate.Conversations.Entries;
using Pipulate.Nodes;
using Pipulate.Storage;
using Pipulate.Stores.Hosting;
using Pipulate.Tests;

namespace Pipulate.Stores;

/// <summary>Between nodes of one process, whose messages can be lost and whose clock stands.</summary>
public sealed partial class InProcessNodesTests : NodesContract
{
    private readonly InProcessBackplane.Hub _hub = new();
    private readonly InMemoryConversationStore _store = new(TimeProvider.System);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Messages_LostAtRandom_TextIsAlwaysABeginningAndFinallyTheWhole(int seed)
    {
        var random = new Random(seed);
        var (here, there) = await OpenOnTwoAsync();
        var losing = new Random(seed);
        _hub.Loses = () => losing.Next(3) == 0;
        Conversation[] both = [here, there];
        var whole = new Dictionary<Guid, string>();
        for (var turn = 0; turn < 6; turn++)
        {
            var speaker = both[random.Next(2)];
            speaker.AddUserMessage($"question {turn}", $"m{turn}");
            var answer = speaker.BeginMessage();
            whole[answer.Id] = "";
            for (var word = 0; word < 25; word++)
            {
                var piece = random.Next(5) == 0 ? "🙂" : $"word{word} ";
                speaker.Append(answer, piece);
                whole[answer.Id] += piece;
                await Task.Delay(random.Next(12), Cancellation);
                foreach (var conversation in both)
                {
                    foreach (var (id, text) in whole)
                    {
                        Assert.StartsWith(TextOf(conversation, id), text, StringComparison.Ordinal);
                    }
                }
            }

            speaker.End(answer, EntryState.Complete);
        }

        // What is lost last is noticed with the next thing that is told.
        _hub.Loses = null;
        await BreakAsync();
        await Eventually.TrueAsync(() => both.All(conversation => TextOf(conversation).Length == 12 && TextOf(conversation).All(
            text => text.Contains("/Complete", StringComparison.Ordinal))));
        Assert.Equal(TextOf(here).Order(), TextOf(there).Order());
        Assert.All(whole, answer => Assert.Equal(answer.Value, TextOf(there, answer.Key)));
    }

    [Fact]
    public async Task Append_NobodyElseHasIt_IsNotPublished()
    {
        var node = await StartAsync();
        var other = await StartAsync();
        var conversation = await node.OpenAsync("c");
        await other.OpenAsync("d");
        var shared = await node.OpenAsync("d");
        shared.AddMessage(EntryRole.User, "first");
        var there = await other.OpenAsync("d");
        await Until(there, "User/Complete: first");
        var before = _hub.Published;

        var answer = conversation.BeginMessage();
        for (var i = 0; i < 100; i++)
        {
            conversation.Append(answer, "word ");
            await Task.Delay(1, Cancellation);
        }

        conversation.End(answer, EntryState.Complete);
        shared.AddMessage(EntryRole.User, "second");
        await Until(there, "User/Complete: first", "User/Complete: second");

        // A heartbeat may have come between.
        Assert.InRange(_hub.Published - before, 1, 4);
    }

    [Fact]
    public async Task Say_BeforeTheNodesKnowOfEachOther_ArrivesInTheOrderInWhichItWasSaid()
    {
        var time = new ManualTime();
        var here = await (await StartAsync(time)).OpenAsync("c");
        var there = await (await StartAsync(time)).OpenAsync("c");
        here.AddUserMessage("Count.", "m1");
        here.Append(here.BeginMessage(), "one");

        await AdvanceUntil(time, TimeSpan.FromMilliseconds(40), () => TextOf(there).Length == 2);

        Assert.Equal(["User/Complete: Count.", "Assistant/Streaming: one"], TextOf(there));
    }

    /// <summary>Whoever has just come, or was cut off, does not take it for certain that nobody looks.</summary>
    [Fact]
    public async Task MayMissViewers_JustComeOrCutOff_UntilTheOthersHaveHadTimeToAnswer()
    {
        var time = new ManualTime();
        var node = await StartAsync(time);
        Assert.True(node.Link.MayMissViewers);
        await AdvanceUntil(time, TimeSpan.FromSeconds(0.5), () => !node.Link.MayMissViewers);

        _hub.Cut();
        await AdvanceUntil(time, TimeSpan.FromSeconds(0.5), () => node.Link.MayMissViewers);
        _hub.Mend();
        var mended = time.GetUtcNow();
        await AdvanceUntil(time, TimeSpan.FromSeconds(0.5), () => !node.Link.MayMissViewers);

        Assert.InRange(time.GetUtcNow() - mended, TimeSpan.FromSeconds(9), TimeSpan.FromSeconds(25));
    }

    /// <summary>
    /// What counts is what the others have; the node that stood still may have more of it by the time it hears of its end.
    /// </summary>
    [Fact]
    public async Task End_ByANodeThatHasLessOfIt_IsShownAsItIsThere()
    {
        var (first, second) = (await StartAsync(), await StartAsync());
        var (here, there) = (await first.OpenAsync("c"), await second.OpenAsync("c"));
        var answer = here.BeginMessage();
        here.Append(answer, "one");
        await Until(there, "Assistant/Streaming: one");

        _hub.Loses = () => true;
        here.Append(answer, " two");
        there.End(Look(there, entries => entries[0]), EntryState.Stopped, "Stopped by a restart.");
        _hub.Loses = null;
        await Until(there, "Assistant/Stopped: one");

        await Eventually.TrueAsync(() => TextOf(here) is ["Assistant/Stopped: one"]);
        await Eventually.TrueAsync(() => IsStored(here) && IsStored(there));
        Assert.Equal(["Assistant/Stopped: one"], TextOf(await (await StartAsync()).OpenAsync("c")));
    }

    [Fact]
    public async Task Get_NobodyLooksForAMinute_IsLetGoAndComesBackWithEverything()
    {
        var time = new ManualTime();
        var node = await StartAsync(time);
        var other = await StartAsync(time);
        var here = await node.OpenAsync("c");
        var there = await other.OpenAsync("c");
        there.AddMessage(EntryRole.User, "one");
        await AdvanceUntil(time, TimeSpan.FromMilliseconds(40), () => TextOf(here) is ["User/Complete: one"] && IsStored(there));

        time.Advance(TimeSpan.FromSeconds(61));
        await node.OpenAsync("newcomer");
        there.AddMessage(EntryRole.User, "two");
        await AdvanceUntil(time, TimeSpan.FromMilliseconds(40), () => IsStored(there));

        var again = await node.OpenAsync("c");
        Assert.NotSame(here, again);
        Assert.Equal(["User/Complete: one", "User/Complete: two"], TextOf(again));
        there.AddMessage(EntryRole.User, "three");
        await AdvanceUntil(time, TimeSpan.FromMilliseconds(40), () => TextOf(again) is [.., "User/Complete: three"]);
        Assert.DoesNotContain("User/Complete: three", TextOf(here));
    }

    [Fact]
    public async Task Say_QuestionIsLostAndItsAnswerIsNot_StandsBeforeItAllTheSame()
    {
        var (here, there) = await OpenOnTwoAsync();
        here.AddMessage(EntryRole.Notice, "first");
        await Until(there, "Notice/Complete: first");
        var published = _hub.Published;
        _hub.Loses = () => true;
        here.AddUserMessage("Well?", "m1");
        await Eventually.TrueAsync(() => _hub.Published > published);
        _hub.Loses = null;

        var answer = here.BeginMessage();
        here.Append(answer, "Yes");
        var seen = new List<string>();
        await Eventually.TrueAsync(() =>
        {
            seen.Add(string.Join(" | ", TextOf(there).Select(text => text.Split('/')[0])));
            return AnswerIn(there) == "Yes";
        });

        Assert.Equal(["Notice/Complete: first", "User/Complete: Well?", "Assistant/Streaming: Yes"], TextOf(there));
        Assert.DoesNotContain("Notice | Assistant", seen);
        here.End(answer, EntryState.Complete);
        await Until(there, TextOf(here));
    }

    [Fact]
    public async Task Delete_TheWordIsLost_IsNoticedWithTheNextWrite()
    {
        var (first, second) = (await StartAsync(), await StartAsync());
        var (here, there) = (await first.OpenAsync("c"), await second.OpenAsync("c"));
        here.AddMessage(EntryRole.User, "a secret");
        await Until(there, "User/Complete: a secret");
        await Eventually.TrueAsync(() => IsStored(here));
        there.AddMessage(EntryRole.User, "mine");
        await Eventually.TrueAsync(() => IsStored(there));

        _hub.Loses = () => true;
        await first.Owned.DeleteAsync(here.Id);
        there.AddMessage(EntryRole.User, "late");

        await Eventually.TrueAsync(() => there.IsDeleted);
        Assert.Null(await _store.ReadAsync(new ConversationKey("c", here.Id), 1, cancellationToken: Cancellation));
    }

    private static ConversationKey Key => new("c", new ConversationId("c"));

    /// <summary>One conversation with one event, open on two nodes whose clock stands.</summary>
    private async Task<(ManualTime Time, Conversation Here, Conversation There)> OpenOnTwoWithClockAsync()
    {
        var time = new ManualTime();
        var here = await (await StartAsync(time)).OpenAsync("c");
        var there = await (await StartAsync(time)).OpenAsync("c");
        here.AddMessage(EntryRole.Event, "They opened the page.");
        await AdvanceUntil(time, TimeSpan.FromMilliseconds(40), () => TextOf(there).Length == 1 && IsStored(here));
        return (time, here, there);
    }

    protected override ValueTask<IConversationStore> OpenStoreAsync() => new(_store);

    protected override ValueTask<IPipulateBackplane> JoinAsync() => new(new InProcessBackplane(_hub));

    protected override ValueTask BreakAsync()
    {
        _hub.Cut();
        _hub.Mend();
        return default;
    }

    private static string TextOf(Conversation conversation, Guid entry)
    {
        lock (conversation.Gate)
        {
            return conversation.Log.Find(entry)?.Text.ToString() ?? "";
        }
    }

    private static async Task AdvanceUntil(ManualTime time, TimeSpan step, Func<bool> condition) =>
        await Eventually.TrueAsync(() =>
        {
            time.Advance(step);
            return condition();
        });
}
