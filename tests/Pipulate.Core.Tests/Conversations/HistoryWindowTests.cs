using Microsoft.Extensions.AI;
using Pipulate.Conversations;

namespace Pipulate.Tests.Conversations;

public class HistoryWindowTests
{
    private const int Characters = 10_000;

    private readonly List<ConversationEntry> _entries = [];
    private readonly HistoryWindow _window = new();

    [Fact]
    public void Read_AllRoles_GivesThemInOrder()
    {
        Add(EntryRole.User, "hello");
        Add(EntryRole.Assistant, "hi");
        Add(EntryRole.Event, "a thing");

        Assert.Equal(["user: hello", "assistant: hi", "user: [event] a thing"], Read());
    }

    [Fact]
    public void Read_WhatCameBetweenTwoAnswers_IsToldWithTheEventsJoinedAndTheTypedWordsLast()
    {
        Add(EntryRole.Event, "a");
        Add(EntryRole.Event, "b");
        Add(EntryRole.User, "c");
        Add(EntryRole.Event, "d");

        Assert.Equal(["user: [event] a\n[event] b\n[event] d", "user: c"], Read());
    }

    [Fact]
    public void Read_NoticesWithdrawnAndSilentEntries_AreNotTold()
    {
        Add(EntryRole.User, "hello");
        Add(EntryRole.Notice, "No model answers.");
        Add(EntryRole.Assistant, "").Withdrawn = true;
        Add(EntryRole.Assistant, "");

        Assert.Equal(["user: hello"], Read());
    }

    [Fact]
    public void Read_EventsAroundWhatIsNotTold_AreJoined()
    {
        Add(EntryRole.Event, "a");
        Add(EntryRole.Assistant, "").Withdrawn = true;
        Add(EntryRole.Notice, "No model answers.");
        Add(EntryRole.Event, "b");

        Assert.Equal(["user: [event] a\n[event] b"], Read());
    }

    [Fact]
    public void Read_SuccessiveRequests_BeginAlike()
    {
        var random = new Random(7);
        var before = "";
        var cuts = 0;
        for (var turn = 0; turn < 300; turn++)
        {
            Add(random.Next(2) == 0 ? EntryRole.User : EntryRole.Event, Text(random.Next(1, 400)));
            var now = string.Join("\u0001", Read());
            if (!now.StartsWith(before, StringComparison.Ordinal))
            {
                cuts++;
            }

            before = now;
            Add(EntryRole.Assistant, Text(random.Next(1, 400)));
        }

        // About 120,000 characters went through a window that frees 5,000 at a time.
        Assert.InRange(cuts, 1, 30);
    }

    [Fact]
    public void Read_TooLong_IsCutInBulkAndBeginsWithWhatIsAnswered()
    {
        for (var i = 0; i < 30; i++)
        {
            Add(EntryRole.User, Text(200));
            Add(EntryRole.Assistant, Text(200));
        }

        Add(EntryRole.User, "last");
        var messages = _window.Read(_entries);

        Assert.Equal(ChatRole.User, messages[0].Role);
        Assert.Equal("last", messages[^1].Text);
        Assert.InRange(messages.Sum(message => message.Text.Length), (Characters / 2) - 400, Characters / 2);
    }

    [Fact]
    public void Read_NoticeWhereTheCutFalls_NoAnswerStandsFirst()
    {
        Add(EntryRole.User, Text(6000));
        Add(EntryRole.Notice, "No model answers.");
        Add(EntryRole.Assistant, Text(3000));
        Add(EntryRole.User, Text(2000));

        Assert.Equal(ChatRole.User, _window.Read(_entries)[0].Role);
    }

    [Fact]
    public void Read_LongTextBehindTheQuestion_KeepsTheQuestion()
    {
        Add(EntryRole.User, Text(2000));
        Add(EntryRole.Assistant, Text(2000));
        Add(EntryRole.User, "the question");
        Add(EntryRole.Assistant, Text(9000));

        Assert.Equal("the question", _window.Read(_entries)[0].Text);
    }

    [Fact]
    public void Read_OneEntryLongerThanTheWindow_IsStillTold()
    {
        Add(EntryRole.User, "before");
        Add(EntryRole.User, Text(Characters + 1));

        Assert.Equal(Characters + 1, Assert.Single(_window.Read(_entries)).Text.Length);
    }

    private static string Text(int length) => new('x', length);

    private string[] Read() => [.. _window.Read(_entries).Select(message => $"{message.Role}: {message.Text}")];

    private ConversationEntry Add(EntryRole role, string text)
    {
        var entry = new ConversationEntry(_entries.Count + 1, role, EntryState.Complete, default);
        entry.Text.Append(text);
        _entries.Add(entry);
        return entry;
    }
}
