using Pipulate.Conversations;
using Pipulate.Conversations.Entries;

namespace Pipulate.Tests.Conversations;

public class ConversationWishesTests
{
    private readonly Conversation _conversation = new(new ConversationId("c"), new ManualTime());

    [Fact]
    public void Stop_WhileAnAnswerIsWritten_KeepsItsTextMarkedAndInTheHistory()
    {
        _conversation.AddUserMessage("tell me", null);
        var turn = _conversation.Turns.Begin()!;
        _conversation.Append(turn.Entry, "Once upon");
        var stopped = 0;
        _conversation.Stopped += () => stopped++;

        _conversation.Stop();
        _conversation.Append(turn.Entry, " a time");
        _conversation.End(turn.Entry, EntryState.Complete);

        Assert.Equal((EntryState.Stopped, "Once upon", "Stopped."), (turn.Entry.State, turn.Entry.Text.ToString(), turn.Entry.Reason));
        Assert.Equal(1, stopped);
        Assert.Equal(["user: tell me", "assistant: Once upon"], History());
        Assert.Null(_conversation.Turns.PeekPending());
    }

    [Fact]
    public void Stop_NothingIsSaid_ChangesNothing()
    {
        _conversation.AddMessage(EntryRole.Assistant, "said");
        var version = _conversation.Log.Version;
        _conversation.Stop();

        Assert.Equal(version, _conversation.Log.Version);
    }

    [Fact]
    public void Stop_WhileWorkIsWatched_LeavesTheWork()
    {
        var work = _conversation.BeginProgress("Tidying");
        var said = _conversation.BeginMessage();
        _conversation.Stop();

        Assert.Equal((EntryState.Streaming, EntryState.Stopped), (work.State, said.State));
    }

    [Fact]
    public void Withdraw_AfterAStop_LeavesTheStoppedAnswer()
    {
        _conversation.AddUserMessage("hello", null);
        var turn = _conversation.Turns.Begin()!;
        _conversation.Stop();

        Assert.False(_conversation.Turns.Withdraw(turn, answerAgain: true));
        Assert.True(turn.Entry.Visible);
    }

    [Fact]
    public void Stop_InTheLine_NothingIsDueAnyMoreAndItMayBeAskedForAgain()
    {
        _conversation.AddUserMessage("hello", null);
        _conversation.Turns.ShowQueued(2);
        _conversation.Stop();

        Assert.Null(_conversation.Turns.PeekPending());
        Assert.Null(_conversation.Turns.Begin());
        Assert.True(_conversation.Turns.Regenerate(_conversation.Log.LatestReply!.Id));
        Assert.Equal(["user: hello"], Told(_conversation.Turns.Begin()!));
    }

    [Fact]
    public void ShowInLine_UntilTheTurn_IsOneEntryThatTellsItsPlace()
    {
        _conversation.AddUserMessage("hello", null);
        _conversation.Turns.ShowQueued(2);
        _conversation.Turns.ShowQueued(1);
        var waiting = _conversation.Log.Entries[^1];
        Assert.Equal(
            (true, true), (waiting is { IsOpen: true, IsQueued: true }, waiting.Waiting!.Contains("place 1", StringComparison.Ordinal)));

        var turn = _conversation.Turns.Begin()!;

        Assert.False(waiting.Visible);
        Assert.Equal(
            [EntryState.Complete, EntryState.Streaming],
            _conversation.Log.Entries.Where(entry => entry.Visible).Select(entry => entry.State));
        Assert.Same(turn.Entry, _conversation.Log.Entries[^1]);
    }

    [Theory]
    [InlineData(EntryState.Complete)]
    [InlineData(EntryState.Stopped)]
    [InlineData(EntryState.Failed)]
    public void AskAgain_TheNewestAnswer_IsTakenBackAndItsQuestionAskedAgain(object state)
    {
        _conversation.AddUserMessage("first", null);
        End("one", EntryState.Complete);
        _conversation.AddUserMessage("second", null);
        var old = End("two", (EntryState)state);

        Assert.True(_conversation.Turns.Regenerate(old.Id));
        var turn = _conversation.Turns.Begin()!;

        Assert.False(old.Visible);
        Assert.True(turn.AnswersUser);
        Assert.Equal(["user: first", "assistant: one", "user: second"], Told(turn));
        Assert.Null(_conversation.Turns.PeekPending());
    }

    [Fact]
    public void AskAgain_WithWordsThatCameSince_AnswersAllTogether()
    {
        _conversation.AddUserMessage("first", null);
        var old = End("one", EntryState.Complete);
        _conversation.AddUserMessage("second", null);

        Assert.True(_conversation.Turns.Regenerate(old.Id));

        Assert.Equal(["user: first", "user: second"], Told(_conversation.Turns.Begin()!));
    }

    [Fact]
    public void AskAgain_ForAComment_APersonWaitsForIt()
    {
        _conversation.AddMessage(EntryRole.Event, "thing", wantsAnswer: true);
        var old = End("a remark", EntryState.Complete);

        Assert.True(_conversation.Turns.Regenerate(old.Id));
        Assert.True(_conversation.Turns.PeekPending() is { Typed: true, Events: 1 });
        Assert.True(_conversation.Turns.Begin()!.AnswersUser);

        _conversation.AddMessage(EntryRole.Event, "other", wantsAnswer: true);
        Assert.True(_conversation.Turns.PeekPending() is { Typed: false });
    }

    [Fact]
    public void AskAgain_AfterACommentThatCameToNothing_IsTheAnswerBeforeIt()
    {
        _conversation.AddUserMessage("first", null);
        var old = End("one", EntryState.Complete);
        _conversation.AddMessage(EntryRole.Event, "thing", wantsAnswer: true);
        _conversation.Turns.Withdraw(_conversation.Turns.Begin()!, answerAgain: false);
        _conversation.AddNotice("No model answers.", evenIfKnown: false);

        Assert.True(_conversation.Turns.Regenerate(old.Id));
        Assert.Equal(["user: first", "user: [event] thing"], Told(_conversation.Turns.Begin()!).Order(StringComparer.Ordinal).Reverse());
    }

    [Fact]
    public void AskAgain_AnythingElse_ChangesNothing()
    {
        _conversation.AddUserMessage("first", null);
        var first = End("one", EntryState.Complete);
        _conversation.AddUserMessage("second", null);
        var second = End("two", EntryState.Complete);
        var said = _conversation.AddMessage(EntryRole.Assistant, "said by the application");
        var version = _conversation.Log.Version;

        Assert.All(new[] { Guid.Empty, Guid.NewGuid(), first.Id, said.Id }, id => Assert.False(_conversation.Turns.Regenerate(id)));
        Assert.Equal(version, _conversation.Log.Version);
        Assert.True(_conversation.Turns.Regenerate(second.Id));
        Assert.False(_conversation.Turns.Regenerate(second.Id), "Taken back already.");
        _conversation.Turns.Begin();
        Assert.False(_conversation.Turns.Regenerate(_conversation.Log.LatestReply!.Id), "Still being written.");
    }

    [Fact]
    public void AskAgain_TheEventsAreForgotten_KeepsTheAnswer()
    {
        _conversation.AddMessage(EntryRole.Event, "thing", wantsAnswer: true);
        var old = End("a remark", EntryState.Complete);
        _conversation.ForgetEvents();

        Assert.False(_conversation.Turns.Regenerate(old.Id));
        Assert.True(old.Visible);
    }

    [Fact]
    public void AskAgain_WhoStoodIn_IsTakenBackInTheAnswersPlace()
    {
        _conversation.AddUserMessage("hello", null);
        var turn = _conversation.Turns.Begin()!;
        _conversation.Turns.Withdraw(turn, answerAgain: false);
        _conversation.AddNotice("No model answers.", evenIfKnown: true, turn);
        var notice = _conversation.Log.Entries[^1];

        Assert.True(_conversation.Turns.Regenerate(notice.Id));
        Assert.False(notice.Visible);
        Assert.Equal(["user: hello"], Told(_conversation.Turns.Begin()!));
    }

    [Fact]
    public void Think_BeforeTheAnswer_IsKeptApartAndNeverTold()
    {
        _conversation.AddUserMessage("hello", null);
        var turn = _conversation.Turns.Begin()!;
        var epoch = turn.Entry.Epoch;
        _conversation.AppendReasoning(turn.Entry, "hm");
        _conversation.AppendReasoning(turn.Entry, "m");
        _conversation.Append(turn.Entry, "Hi");
        _conversation.End(turn.Entry, EntryState.Complete);
        _conversation.AppendReasoning(turn.Entry, "too late");

        Assert.Equal(("hmm", "Hi"), (turn.Entry.Reasoning!.ToString(), turn.Entry.Text.ToString()));
        Assert.Equal(epoch + 2, turn.Entry.Epoch);
        Assert.Equal(["user: hello", "assistant: Hi"], History());
    }

    [Fact]
    public void ShowLoading_OnceItHasBegun_ChangesNothing()
    {
        _conversation.AddUserMessage("hello", null);
        var turn = _conversation.Turns.Begin()!;
        _conversation.ShowLoading(turn.Entry);
        Assert.Equal("Loading the model…", turn.Entry.Waiting);
        _conversation.Append(turn.Entry, "Hi");
        var version = _conversation.Log.Version;
        _conversation.ShowLoading(turn.Entry);

        Assert.Equal(version, _conversation.Log.Version);
    }

    private ConversationEntry End(string text, EntryState state)
    {
        var entry = _conversation.Turns.Begin()!.Entry;
        _conversation.Append(entry, text);
        _conversation.End(entry, state);
        return entry;
    }

    private static string[] Told(Turn turn) => [.. turn.History.Select(message => $"{message.Role}: {message.Text}")];

    private string[] History() => [.. _conversation.Turns.ReadHistory().Select(message => $"{message.Role}: {message.Text}")];
}
