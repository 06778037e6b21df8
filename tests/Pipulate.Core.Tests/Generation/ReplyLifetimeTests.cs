using Pipulate.Conversations;
using Pipulate.Conversations.Entries;
using Pipulate.Generation;

namespace Pipulate.Tests.Generation;

public class ReplyLifetimeTests
{
    private readonly ManualTime _time = new();
    private readonly PipulateLimits _limits = new();
    private readonly Conversation _conversation;

    public ReplyLifetimeTests() => _conversation = new Conversation(new ConversationId("c"), _time);

    [Fact]
    public void Constructor_MessageJustBefore_TheCommentMakesWay()
    {
        _conversation.AddMessage(EntryRole.Event, "thing", wantsAnswer: true);
        var turn = _conversation.BeginTurn()!;
        _conversation.AddUserMessage("And I?", null);
        using var ending = new ReplyLifetime(_conversation, turn, _limits, _time, CancellationToken.None);

        Assert.True(ending.Token.IsCancellationRequested);
    }

    [Fact]
    public void Constructor_MessageBeforeTheTurn_IsWhatItAnswers()
    {
        _conversation.AddUserMessage("hello", null);
        using var ending = new ReplyLifetime(_conversation, _conversation.BeginTurn()!, _limits, _time, CancellationToken.None);
        _conversation.AddUserMessage("and more", null);

        Assert.False(ending.Token.IsCancellationRequested);
    }

    [Fact]
    public void Constructor_StoppedJustBefore_IsOver()
    {
        _conversation.AddUserMessage("hello", null);
        var turn = _conversation.BeginTurn()!;
        _conversation.Stop();
        using var ending = new ReplyLifetime(_conversation, turn, _limits, _time, CancellationToken.None);
        ending.Settle();

        Assert.True(ending.Token.IsCancellationRequested);
        Assert.Equal((EntryState.Stopped, "Stopped."), (turn.Entry.State, turn.Entry.Reason));
    }

    [Fact]
    public void Settle_StoppedBetweenTheModelAndWhoStandsIn_StopsThatOneToo()
    {
        _conversation.AddUserMessage("hello", null);
        var turn = _conversation.BeginTurn()!;
        using var ending = new ReplyLifetime(_conversation, turn, _limits, _time, CancellationToken.None);
        _conversation.Withdraw(turn, answerAgain: false);
        _conversation.Stop();
        var demo = _conversation.BeginMessage("demo", turn);
        ending.Follow(demo);
        ending.Settle();

        Assert.Equal((EntryState.Stopped, "Stopped."), (demo.State, demo.Reason));
    }

    [Fact]
    public void Settle_SeveralReasons_TheFirstCounts()
    {
        _conversation.AddUserMessage("hello", null);
        var turn = _conversation.BeginTurn()!;
        using var stopping = new CancellationTokenSource();
        using var ending = new ReplyLifetime(_conversation, turn, _limits, _time, stopping.Token);
        stopping.Cancel();
        _time.Advance(_limits.Unwatched);
        ending.Settle();

        Assert.Equal((EntryState.Stopped, "Stopped: the server is restarting."), (turn.Entry.State, turn.Entry.Reason));
    }

    [Fact]
    public void Settle_MadeWayButSpokeMeanwhile_StaysWithWhatItSaid()
    {
        _conversation.AddMessage(EntryRole.Event, "thing", wantsAnswer: true);
        var turn = _conversation.BeginTurn()!;
        using var ending = new ReplyLifetime(_conversation, turn, _limits, _time, CancellationToken.None);
        _conversation.AddUserMessage("And I?", null);
        _conversation.Append(turn.Entry, "Well");
        ending.Settle();

        Assert.True(turn.Entry.Visible);
        Assert.Equal("Stopped: you spoke first.", turn.Entry.Reason);
        Assert.NotNull(_conversation.BeginTurn());
    }

    [Fact]
    public void Dispose_WhateverHappensThen_IsHarmless()
    {
        _conversation.AddMessage(EntryRole.Event, "thing", wantsAnswer: true);
        using var stopping = new CancellationTokenSource();
        var ending = new ReplyLifetime(_conversation, _conversation.BeginTurn()!, _limits, _time, stopping.Token);
        ending.OnActivity();
        ending.Dispose();
        _conversation.AddUserMessage("x", null);
        stopping.Cancel();
        _time.Advance(TimeSpan.FromHours(1));
    }
}
