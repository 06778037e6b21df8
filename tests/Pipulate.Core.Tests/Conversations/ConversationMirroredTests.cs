using Pipulate.Conversations;
using Pipulate.Conversations.Entries;
using Pipulate.Rendering;
using Pipulate.Tests.Rendering;

namespace Pipulate.Tests.Conversations;

/// <summary>
/// A conversation is opened while another node speaks in it: what that node tells and what the store has cross on the way.
/// </summary>
public class ConversationMirroredTests
{
    private static readonly DateTimeOffset Noon = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);
    private readonly ConversationEntry _question = new(1, EntryRole.User, EntryState.Complete, Noon);
    private readonly ConversationEntry _answer = new(2, EntryRole.Assistant, EntryState.Streaming, Noon) { IsRemote = true };
    private readonly Conversation _conversation = new(new ConversationId("c"), new ManualTime());

    public ConversationMirroredTests() => _question.Text.Set("Count.");

    [Fact]
    public void Recall_QuestionWasToldAndItsAnswerWasNot_PutsTheAnswerBehindIt()
    {
        var typed = new ConversationEntry(1, EntryRole.User, EntryState.Complete, Noon);
        typed.Text.Set("Before.");
        _conversation.BeginBeforeHistory();
        _conversation.Remote.Apply(Told(_question));
        _conversation.AddUserMessage("Meanwhile.", "m2");

        _conversation.Restore([typed, Stored(_question), _answer], paused: false);
        _conversation.AddUserMessage("Afterwards.", "m3");

        Assert.Equal(
            [
                "User/Complete: Before.", "User/Complete: Count.", "Assistant/Streaming: ", "User/Complete: Meanwhile.",
                "User/Complete: Afterwards."
            ],
            _conversation.Shown());
        Assert.Equal([1, 2, 3, 4, 5], _conversation.Log.Entries.Select(entry => entry.Ordinal));
    }

    [Fact]
    public void Recall_TwoNodesHaveToldOfTheirsOneAfterTheOther_IsInTheOrderInWhichItWasSaid()
    {
        var later = new ConversationEntry(3, EntryRole.User, EntryState.Complete, Noon);
        later.Text.Set("And?");
        _conversation.BeginBeforeHistory();
        _conversation.Remote.Apply(Told(later));
        _conversation.Remote.Apply(Told(_question));
        _conversation.Remote.Apply(Told(_answer));

        _conversation.Restore([Stored(_question), Stored(_answer), Stored(later)], paused: false);

        Assert.Equal(["User/Complete: Count.", "Assistant/Streaming: ", "User/Complete: And?"], _conversation.Shown());
        Assert.Equal([1, 2, 3], _conversation.Log.Entries.Select(entry => entry.Ordinal));
    }

    [Fact]
    public void Recall_BehindWhatWasAnsweredAhead_WhatWaitsIsStillWhatWaited()
    {
        _conversation.BeginBeforeHistory();
        _conversation.AddUserMessage("First?", "m1");
        var turn = _conversation.Turns.Begin()!;
        _conversation.Append(turn.Entry, "Yes.");
        _conversation.End(turn.Entry, EntryState.Complete);
        _conversation.Remote.Apply(Told(_question));
        _conversation.AddUserMessage("Second?", "m2");

        _conversation.Restore([Stored(_question), _answer], paused: false);

        Assert.Equal(["Second?"], _conversation.Turns.ReadPending().Select(entry => entry.Text.ToString()));
        Assert.True(_conversation.Turns.Regenerate(turn.Entry.Id));
        Assert.Equal(["First?", "Second?"], _conversation.Turns.ReadPending().Select(entry => entry.Text.ToString()));
    }

    /// <summary>The store does not say what an answer waits for; the other node does, and then goes on in the same version.</summary>
    [Fact]
    public void Mirror_StoredAnswerIsToldAnew_GrowsWithWhatComesNext()
    {
        var page = new PanelPage(_conversation, new PanelStatus());
        _conversation.Restore([_answer], paused: false);
        page.Round();

        _conversation.Remote.Apply(Told(_answer) with
        {
            Standing = new EntryStatus(EntryState.Streaming, null, Withdrawn: false, null, "Waiting for the model", Again: false)
        });
        page.Round();
        Assert.Equal("Waiting for the model", page.Dom.WaitingOf(page.Dom.Entries[0].Id));
        _conversation.Remote.Apply(new EntryFrame(_answer.Id, 0, 0, "one "));
        page.Round();

        Assert.Equal(["Assistant/Streaming: one "], _conversation.Shown());
        Assert.Equal("one ", page.Dom.Entries[0].Text);
    }

    private static EntryFrame Told(ConversationEntry entry) => new(entry.Id, entry.Epoch, 0, entry.Text.ToString())
    {
        Head = EntryHead.Of(entry),
        Standing = EntryStatus.Of(entry),
    };

    /// <summary>The same entry as it comes from the store.</summary>
    private static ConversationEntry Stored(ConversationEntry entry)
    {
        var stored = new ConversationEntry(entry.Ordinal, entry.Role, entry.State, entry.CreatedAt) { Id = entry.Id, IsRemote = true };
        stored.Text.Set(entry.Text.ToString());
        return stored;
    }
}
