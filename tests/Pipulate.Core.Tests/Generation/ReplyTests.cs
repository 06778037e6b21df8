using Microsoft.Extensions.AI;
using Pipulate.Conversations;
using Pipulate.Conversations.Entries;
using Pipulate.Generation;

namespace Pipulate.Tests.Generation;

public class ReplyTests
{
    private readonly ManualTime _time = new();
    private readonly PipulateLimits _limits = new();
    private readonly Conversation _conversation;

    public ReplyTests() => _conversation = new Conversation(new ConversationId("c"), _time);

    [Fact]
    public void Constructor_MessageJustBefore_TheCommentYields()
    {
        _conversation.AddMessage(EntryRole.Event, "thing", wantsAnswer: true);
        var turn = _conversation.Turns.Begin()!;
        _conversation.AddUserMessage("And I?", null);
        using var reply = new Reply(_conversation, turn, _limits, _time, CancellationToken.None);

        Assert.True(reply.Token.IsCancellationRequested);
    }

    [Fact]
    public void Constructor_MessageBeforeTheTurn_IsWhatItAnswers()
    {
        _conversation.AddUserMessage("hello", null);
        using var reply = new Reply(_conversation, _conversation.Turns.Begin()!, _limits, _time, CancellationToken.None);
        _conversation.AddUserMessage("and more", null);

        Assert.False(reply.Token.IsCancellationRequested);
    }

    [Fact]
    public void Constructor_StoppedJustBefore_IsOver()
    {
        _conversation.AddUserMessage("hello", null);
        var turn = _conversation.Turns.Begin()!;
        _conversation.Stop();
        using var reply = new Reply(_conversation, turn, _limits, _time, CancellationToken.None);
        reply.EndCancelled();

        Assert.True(reply.Token.IsCancellationRequested);
        Assert.Equal((EntryState.Stopped, "Stopped."), (turn.Entry.State, turn.Entry.Reason));
    }

    [Fact]
    public void EndCancelled_StoppedBeforeTheSubstitute_StopsTheSubstitute()
    {
        _conversation.AddUserMessage("hello", null);
        var turn = _conversation.Turns.Begin()!;
        using var reply = new Reply(_conversation, turn, _limits, _time, CancellationToken.None);
        _conversation.Turns.Withdraw(turn, answerAgain: false);
        _conversation.Stop();
        reply.BeginSubstitute("demo");
        reply.EndCancelled();

        Assert.Equal((EntryState.Stopped, "Stopped."), (reply.Entry.State, reply.Entry.Reason));
    }

    [Fact]
    public void EndCancelled_SeveralCauses_TheFirstCounts()
    {
        _conversation.AddUserMessage("hello", null);
        var turn = _conversation.Turns.Begin()!;
        using var stopping = new CancellationTokenSource();
        using var reply = new Reply(_conversation, turn, _limits, _time, stopping.Token);
        stopping.Cancel();
        _time.Advance(_limits.Unwatched);
        reply.EndCancelled();

        Assert.Equal((EntryState.Stopped, "Stopped: the server is restarting."), (turn.Entry.State, turn.Entry.Reason));
    }

    [Fact]
    public void EndCancelled_YieldedButHasText_KeepsItsText()
    {
        _conversation.AddMessage(EntryRole.Event, "thing", wantsAnswer: true);
        var turn = _conversation.Turns.Begin()!;
        using var reply = new Reply(_conversation, turn, _limits, _time, CancellationToken.None);
        _conversation.AddUserMessage("And I?", null);
        _conversation.Append(turn.Entry, "Well");
        reply.EndCancelled();

        Assert.True(turn.Entry.Visible);
        Assert.Equal("Stopped: you spoke first.", turn.Entry.Reason);
        Assert.NotNull(_conversation.Turns.Begin());
    }

    [Fact]
    public void Dispose_WhateverHappensThen_IsHarmless()
    {
        _conversation.AddMessage(EntryRole.Event, "thing", wantsAnswer: true);
        using var stopping = new CancellationTokenSource();
        var reply = new Reply(_conversation, _conversation.Turns.Begin()!, _limits, _time, stopping.Token);
        reply.OnActivity();
        reply.Dispose();
        _conversation.AddUserMessage("x", null);
        stopping.Cancel();
        _time.Advance(TimeSpan.FromHours(1));
    }

    [Fact]
    public void Write_TextAndReasoning_StandApart()
    {
        using var reply = BeginReply();
        reply.Write(new ChatResponseUpdate(ChatRole.Assistant, [new TextReasoningContent("Let me see."), new TextContent("Yes.")]));

        Assert.Equal("Yes.", reply.Entry.Text.ToString());
        Assert.False(reply.HasNoText);
        Assert.False(reply.Token.IsCancellationRequested);
    }

    [Fact]
    public void Write_MoreThanTheLimit_IsCutAndCancelled()
    {
        _limits.AnswerTokens = 1;
        using var reply = BeginReply();
        Assert.ThrowsAny<OperationCanceledException>(() => reply.Write(new ChatResponseUpdate(ChatRole.Assistant, new string('x', 65))));
        reply.EndCancelled();

        Assert.Equal((64, EntryState.Stopped), (reply.Entry.Text.Length, reply.Entry.State));
    }

    [Fact]
    public void Write_FirstSign_StartsTheTimeOfTheReply()
    {
        using var reply = BeginReply();
        _conversation.Viewers.ExpectViewer();
        _time.Advance(_limits.Unwatched / 2);
        reply.Write(new ChatResponseUpdate(ChatRole.Assistant, "Well"));
        _limits.Unwatched = TimeSpan.FromHours(1);
        _time.Advance(_limits.Answer);
        reply.EndCancelled();

        Assert.True(reply.Token.IsCancellationRequested);
        Assert.Equal(EntryState.Stopped, reply.Entry.State);
    }

    [Theory]
    [InlineData("Yes.", null, EntryState.Complete)]
    [InlineData("Yes.", "length", EntryState.Stopped)]
    [InlineData("", null, EntryState.Failed)]
    public void Complete_ReplyToAUser_EndsAsTheModelSays(string text, string? finish, EntryState state)
    {
        using var reply = BeginReply();
        var answer = new ReplyMetadata([]);
        var update = new ChatResponseUpdate(ChatRole.Assistant, text) { FinishReason = new ChatFinishReason(finish ?? "stop") };
        answer.Note(update);
        reply.Write(update);
        reply.Complete(answer);

        Assert.Equal((state, true), (reply.Entry.State, reply.Entry.Visible));
    }

    [Fact]
    public void Complete_EmptyComment_IsWithdrawn()
    {
        _conversation.AddMessage(EntryRole.Event, "thing", wantsAnswer: true);
        using var reply = new Reply(_conversation, _conversation.Turns.Begin()!, _limits, _time, CancellationToken.None);
        reply.Complete(new ReplyMetadata([]));

        Assert.False(reply.Entry.Visible);
    }

    private Reply BeginReply()
    {
        _conversation.AddUserMessage("hello", null);
        return new Reply(_conversation, _conversation.Turns.Begin()!, _limits, _time, CancellationToken.None);
    }
}
