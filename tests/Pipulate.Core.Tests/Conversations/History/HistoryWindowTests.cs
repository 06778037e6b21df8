using Microsoft.Extensions.AI;
using Pipulate.Conversations.Entries;
using Pipulate.Conversations.History;

namespace Pipulate.Tests.Conversations.History;

public class HistoryWindowTests
{
    /// <summary>Four characters a token and eight tokens a message: ten messages of 368 characters are 1,000 tokens.</summary>
    private static readonly HistoryBudget Budget = new(new TokenEstimate(4), Most: 2_500, Kept: 1_250);

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
    public void Read_SixHundredTurns_BeginAlikeButForAFewCutsInWholeTurns()
    {
        var random = new Random(7);
        var before = "";
        var cuts = 0;
        var tokens = 0;
        for (var turn = 0; turn < 600; turn++)
        {
            Add(random.Next(2) == 0 ? EntryRole.User : EntryRole.Event, $"question {turn} {Text(random.Next(1, 400))}");
            var messages = _window.Read(_entries, _entries.Count, Budget, out var leftOut);
            var now = string.Join('\u0001', messages.Select(message => $"{message.Role}: {message.Text}"));
            var cut = !now.StartsWith(before, StringComparison.Ordinal);

            Assert.Equal(cut, leftOut > 0);
            Assert.True(leftOut % 2 == 0, "A question went without its answer.");
            Assert.Equal(ChatRole.User, messages[0].Role);
            Assert.StartsWith(
                $"question {turn} ", messages[^1].Text.Replace("[event] ", "", StringComparison.Ordinal), StringComparison.Ordinal);
            Assert.InRange(Budget.Estimate.Of(messages), 1, cut ? Budget.Kept : Budget.Most);
            cuts += cut ? 1 : 0;
            tokens += Budget.Estimate.Of(messages.TakeLast(2));
            before = now;
            Add(EntryRole.Assistant, Text(random.Next(1, 400)));
        }

        // Each cut frees half of the window at least.
        Assert.InRange(cuts, 10, tokens / (Budget.Most - Budget.Kept));
    }

    [Fact]
    public void Look_TooLong_ShowsWhatReadWouldGiveAndCutsNothing()
    {
        for (var turn = 0; turn < 40; turn++)
        {
            Add(EntryRole.User, Text(300));
            Add(EntryRole.Assistant, Text(300));
        }

        var looked = Look();

        Assert.Equal(looked, Look());
        Assert.Equal(looked, Read(out var leftOut));
        Assert.Equal(_entries.Count - looked.Length, leftOut);
    }

    [Fact]
    public void Read_NoBudget_GivesAll()
    {
        for (var turn = 0; turn < 1_000; turn++)
        {
            Add(EntryRole.User, Text(300));
            Add(EntryRole.Assistant, Text(300));
        }

        Assert.Equal(2_000, _window.Read(_entries, _entries.Count, null, out _).Count);
    }

    [Fact]
    public void Read_NotAllEntries_LooksAtNoneBehind()
    {
        Add(EntryRole.User, "hello");
        Add(EntryRole.Assistant, Text(20_000));

        Assert.Equal("hello", Assert.Single(_window.Read(_entries, 1, Budget, out _)).Text);
    }

    [Fact]
    public void Read_NoticeWhereTheCutFalls_NoAnswerStandsFirst()
    {
        Add(EntryRole.User, Text(6000));
        Add(EntryRole.Notice, "No model answers.");
        Add(EntryRole.Assistant, Text(3000));
        Add(EntryRole.User, Text(2000));

        Assert.StartsWith("user: ", Read()[0], StringComparison.Ordinal);
    }

    [Fact]
    public void Read_LongTextBehindTheQuestion_KeepsTheQuestion()
    {
        Add(EntryRole.User, Text(2000));
        Add(EntryRole.Assistant, Text(2000));
        Add(EntryRole.User, "the question");
        Add(EntryRole.Assistant, Text(9000));

        Assert.Equal("user: the question", Read()[0]);
    }

    [Fact]
    public void Read_MoreEventsBehindTheQuestionThanThereIsRoomFor_KeepsTheQuestionAndTheNewestEvents()
    {
        Add(EntryRole.User, "before");
        Add(EntryRole.Assistant, "answer");
        Add(EntryRole.User, "the question");
        for (var i = 0; i < 40; i++)
        {
            Add(EntryRole.Event, $"event {i} {Text(400)}");
        }

        var told = Read();

        Assert.Equal(2, told.Length);
        Assert.DoesNotContain("event 1 ", told[0], StringComparison.Ordinal);
        Assert.Contains("event 39 ", told[0], StringComparison.Ordinal);
        Assert.Equal("user: the question", told[1]);
    }

    [Fact]
    public void Read_OneEntryLongerThanTheWindow_IsStillTold()
    {
        Add(EntryRole.User, "before");
        Add(EntryRole.User, Text(20_000));

        Assert.Equal($"user: {Text(20_000)}", Assert.Single(Read()));
    }

    [Fact]
    public void Read_NoRoomAtAll_TellsTheLastQuestion()
    {
        Add(EntryRole.User, "before");
        Add(EntryRole.Assistant, "answer");
        Add(EntryRole.User, "now");

        Assert.Equal("now", Assert.Single(_window.Read(_entries, _entries.Count, Budget with { Most = -100, Kept = -200 }, out _)).Text);
    }

    private static string Text(int length) => new('x', length);

    private string[] Read() => Read(out _);

    private string[] Read(out int leftOut) => Show(_window.Read(_entries, _entries.Count, Budget, out leftOut));

    private string[] Look() => Show(_window.Peek(_entries, Budget));

    private static string[] Show(List<ChatMessage> messages) => [.. messages.Select(message => $"{message.Role}: {message.Text}")];

    private ConversationEntry Add(EntryRole role, string text)
    {
        var entry = new ConversationEntry(_entries.Count + 1, role, EntryState.Complete, default);
        entry.Text.Append(text);
        _entries.Add(entry);
        return entry;
    }
}
