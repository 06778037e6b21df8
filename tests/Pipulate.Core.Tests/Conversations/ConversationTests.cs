using System.Diagnostics;
using Pipulate.Conversations;
using Pipulate.Conversations.Entries;

namespace Pipulate.Tests.Conversations;

public class ConversationTests
{
    private readonly ManualTime _time = new();
    private readonly Conversation _conversation;

    public ConversationTests() => _conversation = new Conversation(new ConversationId("c"), _time);

    [Fact]
    public void Entries_AnyAdditions_KeepTheirOrderAndNumbers()
    {
        _conversation.AddMessage(EntryRole.Event, "one");
        _conversation.AddUserMessage("two", null);
        _conversation.BeginMessage();
        _conversation.AddNotice("four", evenIfKnown: false);

        Assert.Equal([1, 2, 3, 4], _conversation.Log.Entries.Select(entry => entry.Ordinal));
        Assert.Equal(
            [EntryRole.Event, EntryRole.User, EntryRole.Assistant, EntryRole.Notice],
            _conversation.Log.Entries.Select(entry => entry.Role));
        Assert.Equal(["one", "two", "", "four"], _conversation.Log.Entries.Select(entry => entry.Text.ToString()));
    }

    [Fact]
    public void Version_EachChange_GrowsAndMarksItsEntry()
    {
        var entry = _conversation.BeginMessage();
        var begun = _conversation.Log.Version;
        _conversation.Append(entry, "x");
        var appended = _conversation.Log.Version;
        _conversation.End(entry, EntryState.Complete);

        Assert.True(begun < appended && appended < _conversation.Log.Version);
        Assert.Equal(_conversation.Log.Version, entry.Revision);
    }

    [Fact]
    public void Hear_SameIdAndText_IsHeardOnce()
    {
        Assert.True(_conversation.AddUserMessage("hello", "m1"));
        Assert.False(_conversation.AddUserMessage("hello", "m1"));

        Assert.Single(_conversation.Log.Entries);
    }

    [Theory]
    [InlineData("hello", "m2")]
    [InlineData("other", "m1")]
    [InlineData("hello", null)]
    public void Hear_OtherIdOrText_IsHeard(string text, string? id)
    {
        _conversation.AddUserMessage("hello", "m1");

        Assert.True(_conversation.AddUserMessage(text, id));
    }

    [Fact]
    public void Hear_RepeatedTextWithCharactersThatAreLeftOut_IsHeardOnce()
    {
        Assert.True(_conversation.AddUserMessage("two\r\nlines", "m1"));

        Assert.False(_conversation.AddUserMessage("two\r\nlines", "m1"));
    }

    [Fact]
    public void Hear_NewMessage_TellsWhoListens()
    {
        var heard = 0;
        _conversation.ReplyRequested += () => heard++;
        _conversation.AddUserMessage("hello", "m1");
        _conversation.AddUserMessage("hello", "m1");
        _conversation.AddMessage(EntryRole.Event, "x", wantsAnswer: true);

        Assert.Equal(1, heard);
    }

    [Fact]
    public void BeginTurn_NothingToAnswer_GivesNone()
    {
        _conversation.AddMessage(EntryRole.Event, "noted");
        _conversation.AddMessage(EntryRole.Assistant, "said");

        Assert.Null(_conversation.Turns.Begin());
    }

    [Fact]
    public void BeginTurn_SeveralWaiting_GathersWhatCameSinceTheLastAnswer()
    {
        _conversation.AddUserMessage("first", null);
        End(_conversation.Turns.Begin()!, "answer");
        _conversation.AddMessage(EntryRole.Event, "a", wantsAnswer: true);
        _conversation.AddMessage(EntryRole.Event, "b");
        _conversation.AddUserMessage("c", null);

        var turn = _conversation.Turns.Begin();

        Assert.NotNull(turn);
        Assert.True(turn.AnswersUser);
        Assert.Equal(["user: first", "assistant: answer", "user: [event] a\n[event] b", "user: c"], Told(turn));
        Assert.Null(_conversation.Turns.Begin());
    }

    [Fact]
    public void BeginTurn_EventsOnly_AnswersNoUser()
    {
        _conversation.AddMessage(EntryRole.Event, "a", wantsAnswer: true);

        Assert.False(_conversation.Turns.Begin()!.AnswersUser);
    }

    [Fact]
    public void BeginTurn_EntryWhileTheLastAnswerWasWritten_IsAnsweredNext()
    {
        _conversation.AddUserMessage("first", null);
        var first = _conversation.Turns.Begin()!;
        _conversation.AddUserMessage("second", null);
        End(first, "answer");

        Assert.Equal(["user: first", "assistant: answer", "user: second"], Told(_conversation.Turns.Begin()!));
    }

    [Fact]
    public void Withdraw_AnswerAgain_TheNextTurnAnswersItAll()
    {
        _conversation.AddMessage(EntryRole.Event, "a", wantsAnswer: true);
        var turn = _conversation.Turns.Begin()!;
        _conversation.AddUserMessage("b", null);

        Assert.True(_conversation.Turns.Withdraw(turn, answerAgain: true));

        var next = _conversation.Turns.Begin()!;
        Assert.False(turn.Entry.Visible);
        Assert.True(next.AnswersUser);
        Assert.Equal(["user: [event] a", "user: b"], Told(next));
    }

    [Fact]
    public void Withdraw_NotAgain_NothingIsOwed()
    {
        _conversation.AddMessage(EntryRole.Event, "a", wantsAnswer: true);
        var turn = _conversation.Turns.Begin()!;

        Assert.True(_conversation.Turns.Withdraw(turn, answerAgain: false));
        Assert.Null(_conversation.Turns.Begin());
    }

    [Fact]
    public void Withdraw_AfterTheFirstWord_DoesNothing()
    {
        _conversation.AddUserMessage("a", null);
        var turn = _conversation.Turns.Begin()!;
        _conversation.Append(turn.Entry, "Hm");

        Assert.False(_conversation.Turns.Withdraw(turn, answerAgain: true));
        Assert.True(turn.Entry.Visible);
        Assert.Equal(EntryState.Streaming, turn.Entry.State);
    }

    [Fact]
    public void End_Twice_TheFirstCounts()
    {
        var entry = _conversation.BeginMessage();
        _conversation.End(entry, EntryState.Stopped, "Stopped.");
        var version = _conversation.Log.Version;
        _conversation.End(entry, EntryState.Failed, "Failed.");

        Assert.Equal((EntryState.Stopped, "Stopped.", version), (entry.State, entry.Reason, _conversation.Log.Version));
    }

    [Fact]
    public void Append_AfterTheEnd_ChangesNothing()
    {
        var entry = _conversation.BeginMessage();
        _conversation.Append(entry, "whole");
        _conversation.End(entry, EntryState.Complete);
        var version = _conversation.Log.Version;
        _conversation.Append(entry, " and more");

        Assert.Equal("whole", entry.Text.ToString());
        Assert.Equal(version, _conversation.Log.Version);
    }

    [Fact]
    public void End_HalfARuneWaiting_IsToldAsReplaced()
    {
        var entry = _conversation.BeginMessage();
        _conversation.Append(entry, "x\uD83D");
        _conversation.End(entry, EntryState.Failed);

        Assert.Equal("x\uFFFD", entry.Text.ToString());
    }

    [Fact]
    public void Notify_LastNoticeAgain_IsToldOnce()
    {
        _conversation.AddNotice("down", evenIfKnown: false);
        _conversation.AddMessage(EntryRole.Event, "between");
        _conversation.AddNotice("down", evenIfKnown: false);

        Assert.Single(_conversation.Log.Entries, entry => entry.Role is EntryRole.Notice);
    }

    [Fact]
    public void Notify_OtherOrAskedFor_IsTold()
    {
        _conversation.AddNotice("down", evenIfKnown: false);
        _conversation.AddNotice("other", evenIfKnown: false);
        _conversation.AddNotice("down", evenIfKnown: false);
        _conversation.AddNotice("down", evenIfKnown: true);

        Assert.Equal(["down", "other", "down", "down"], _conversation.Log.Entries.Select(entry => entry.Text.ToString()));
    }

    [Fact]
    public void Watchers_ComeAndGo_CountsFromTheLastThatLeft()
    {
        var (first, second) = (new Watcher(), new Watcher());
        _time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(TimeSpan.FromSeconds(5), _conversation.Viewers.UnviewedFor);

        _conversation.Viewers.Add(first);
        _conversation.Viewers.Add(second);
        _conversation.Viewers.Remove(first);
        _time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(TimeSpan.Zero, _conversation.Viewers.UnviewedFor);
        Assert.True(_conversation.Viewers.Any);

        _conversation.Viewers.Remove(second);
        _time.Advance(TimeSpan.FromSeconds(7));
        _conversation.Viewers.Remove(second);
        Assert.Equal(TimeSpan.FromSeconds(7), _conversation.Viewers.UnviewedFor);
        Assert.False(_conversation.Viewers.Any);
    }

    [Fact]
    public void Watch_EachChange_WakesEachWatcher()
    {
        var watcher = new Watcher();
        _conversation.Viewers.Add(watcher);
        _conversation.AddUserMessage("a", null);
        var turn = _conversation.Turns.Begin()!;
        _conversation.Append(turn.Entry, "x");
        _conversation.End(turn.Entry, EntryState.Complete);

        Assert.Equal(4, watcher.Woken);
        _conversation.Viewers.Remove(watcher);
        _conversation.AddMessage(EntryRole.Event, "b");
        Assert.Equal(4, watcher.Woken);
    }

    [Fact]
    public void TryRouse_WhileSomebodyWorks_SendsNobodyAndTheWorkerLooksAgain()
    {
        Assert.True(_conversation.Turns.TrySchedule());
        Assert.False(_conversation.Turns.TrySchedule());
        _conversation.Turns.BeginProcessing();
        Assert.False(_conversation.Turns.TrySchedule());
        Assert.False(_conversation.Turns.TryComplete());
        _conversation.Turns.BeginProcessing();
        Assert.True(_conversation.Turns.TryComplete());
        Assert.True(_conversation.Turns.TrySchedule());
    }

    [Fact]
    public async Task Append_FromManyThreads_LosesNothing()
    {
        var entries = Enumerable.Range(0, 4).Select(_ => _conversation.BeginMessage()).ToArray();
        await Task.WhenAll(entries.Select(entry => Task.Run(
            () =>
            {
                for (var i = 0; i < 500; i++)
                {
                    _conversation.Append(entry, "x");
                }
            },
            TestContext.Current.CancellationToken)));

        Assert.All(entries, entry => Assert.Equal(500, entry.Text.Length));
        Assert.Equal(4 + 2000, _conversation.Log.Version);
    }

    private void End(Turn turn, string text)
    {
        _conversation.Append(turn.Entry, text);
        _conversation.End(turn.Entry, EntryState.Complete);
    }

    private static IEnumerable<string> Told(Turn turn) => turn.History.Select(message => $"{message.Role}: {message.Text}");

    private sealed class Watcher : IConversationViewer
    {
        public int Woken { get; private set; }

        public void NotifyChanged() => Woken++;
    }

    [Fact]
    public void LookAhead_AfterFiftyThousandUncommentedEvents_DoesNotLookAtThemAgain()
    {
        var began = Stopwatch.GetTimestamp();
        for (var i = 0; i < 50_000; i++)
        {
            _conversation.AddMessage(EntryRole.Event, "one more", wantsAnswer: true);
            Assert.Equal(1, _conversation.Turns.PeekPending()?.Events);
            Assert.Single(_conversation.Turns.SkipPendingComments());
        }

        // A twentieth of a second; when each time looked at all of them, it was thirteen.
        Assert.InRange(Stopwatch.GetElapsedTime(began), TimeSpan.Zero, TimeSpan.FromSeconds(3));
    }

    [Fact]
    public void LookAhead_TypedBehindUncommentedEvents_IsStillDue()
    {
        _conversation.AddMessage(EntryRole.Event, "one", wantsAnswer: true);
        _conversation.AddUserMessage("hello", null);
        _conversation.AddMessage(EntryRole.Event, "two", wantsAnswer: true);

        Assert.Equal(2, _conversation.Turns.SkipPendingComments().Count);

        Assert.True(_conversation.Turns.PeekPending() is { Typed: true, Events: 0 });
    }
}
