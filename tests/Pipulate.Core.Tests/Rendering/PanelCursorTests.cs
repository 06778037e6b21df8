using System.Buffers;
using System.Text;
using Pipulate.Conversations;
using Pipulate.Conversations.Entries;
using Pipulate.Rendering;

namespace Pipulate.Tests.Rendering;

public class PanelCursorTests
{
    private const string EmptyStatus = "<div id=\"chat-status\" hx-swap-oob=\"innerHTML\"></div>";

    private readonly Conversation _conversation = new(new ConversationId("c"), new ManualTime());
    private readonly PanelStatus _status = new();
    private readonly PanelPage _page;

    public PanelCursorTests() => _page = new PanelPage(_conversation, _status);

    [Fact]
    public void Write_FirstTimeInAnEmptyConversation_IsAnEmptySnapshot() =>
        Assert.Equal($"{EmptyStatus}<div id=\"msg-list\" hx-swap-oob=\"innerHTML\"></div>", _page.Round());

    [Fact]
    public void Write_FirstTime_IsASnapshotOfAllThatIsShown()
    {
        _conversation.AddUserMessage("hello", null);
        _conversation.AddMessage(EntryRole.Event, "not shown");
        _conversation.Append(_conversation.BeginMessage(), "Hi");

        var message = _page.Round();

        Assert.StartsWith($"{EmptyStatus}<div id=\"msg-list\" hx-swap-oob=\"innerHTML\"><div id=\"e1\"", message, StringComparison.Ordinal);
        Assert.Equal([("e1", "user", "complete", "hello"), ("e3", "assistant", "streaming", "Hi")], _page.Dom.Entries);
    }

    [Fact]
    public void Write_NothingNew_WritesNothing()
    {
        _page.Round();

        Assert.Null(_page.Round());
    }

    [Fact]
    public void Write_OnlyWhatIsNotShown_WritesNothing()
    {
        _page.Round();
        _conversation.AddMessage(EntryRole.Event, "x");

        Assert.Null(_page.Round());
    }

    [Fact]
    public void Write_HalfARune_WritesNothingUntilItIsWhole()
    {
        var entry = _conversation.BeginMessage();
        _page.Round();
        _conversation.Append(entry, "\uD83D");
        Assert.Null(_page.Round());

        _conversation.Append(entry, "\uDE00");
        _page.Round();
        Assert.Equal("\U0001F600", _page.Dom.TextOf("e1t"));
    }

    [Fact]
    public void Write_Growth_IsOnlyWhatIsMissing()
    {
        var entry = _conversation.BeginMessage();
        _conversation.Append(entry, "Hello");
        _page.Round();
        _conversation.Append(entry, ", \n");
        _conversation.Append(entry, " world <3");

        Assert.Equal("<div id=\"e1t\" hx-swap-oob=\"beforeend\">, &#xA; world &lt;3</div>", _page.Round());
        Assert.Equal("Hello, \n world <3", _page.Dom.TextOf("e1t"));
    }

    [Fact]
    public void Write_NewEntries_AreOneElementAndLast()
    {
        var entry = _conversation.BeginMessage();
        _page.Round();
        _conversation.AddUserMessage("a", null);
        _conversation.Append(entry, "growth");
        _conversation.AddMessage(EntryRole.Event, "between");
        var other = _conversation.BeginMessage();
        _conversation.Append(other, "b");

        var message = _page.Round()!;

        Assert.StartsWith(
            "<div id=\"e1t\" hx-swap-oob=\"beforeend\">growth</div><div id=\"msg-list\" hx-swap-oob=\"beforeend\"><div id=\"e2\"",
            message,
            StringComparison.Ordinal);
        Assert.Equal(2, message.Split("hx-swap-oob").Length - 1);
        Assert.Equal(["growth", "a", "b"], _page.Dom.Entries.Select(shown => shown.Text));
    }

    [Fact]
    public void Write_EntryThatBeginsAndGrowsInOneRound_IsWholeAndRefersToNothingItMakes()
    {
        _page.Round();
        var entry = _conversation.BeginMessage();
        _conversation.Append(entry, "one");
        _conversation.Append(entry, " two");
        _page.Round();
        _conversation.Append(entry, " three");
        _page.Round();

        Assert.Equal("one two three", _page.Dom.TextOf("e1t"));
    }

    [Fact]
    public void Write_EndedEntry_IsReplacedByItsFinalForm()
    {
        var entry = _conversation.BeginMessage();
        _conversation.Append(entry, "Hello");
        _page.Round();
        _conversation.Append(entry, " world");
        _conversation.End(entry, EntryState.Failed, "It broke.");

        var message = _page.Round()!;

        Assert.StartsWith(
            "<div id=\"e1\" class=\"chat-entry\" data-role=\"assistant\" data-state=\"failed\" role=\"article\" aria-label=\"Assistant\" hx-swap-oob=\"true\">",
            message,
            StringComparison.Ordinal);
        Assert.Contains(">It broke.</p>", message, StringComparison.Ordinal);
        Assert.Equal([("e1", "assistant", "failed", "Hello world")], _page.Dom.Entries);
    }

    [Fact]
    public void Write_EndedEntry_HealsAPageThatDiverged()
    {
        var entry = _conversation.BeginMessage();
        _conversation.Append(entry, "right");
        _page.Round();
        _page.Dom.Apply("<div id=\"e1t\" hx-swap-oob=\"innerHTML\">wrong</div>");
        _conversation.End(entry, EntryState.Complete);
        _page.Round();

        Assert.Equal("right", _page.Dom.TextOf("e1t"));
    }

    [Fact]
    public void Write_WithdrawnEntry_IsRemovedWhereItWasKnownOnly()
    {
        _conversation.AddMessage(EntryRole.Event, "x", wantsAnswer: true);
        var late = new PanelPage(_conversation, _status);
        late.Round();
        var turn = _conversation.Turns.Begin()!;
        _page.Round();
        _conversation.Turns.Withdraw(turn, answerAgain: false);

        Assert.Equal("<div id=\"e2\" hx-swap-oob=\"delete\"></div>", _page.Round());
        Assert.Null(late.Round());
        Assert.DoesNotContain("e2", new PanelPage(_conversation, _status).Round(), StringComparison.Ordinal);
        Assert.Empty(_page.Dom.Entries);
    }

    [Theory]
    [InlineData(32 * 1024, "beforeend")]
    [InlineData((32 * 1024) + 1, "true")]
    public void Write_MuchGrowth_BecomesAReplacement(int length, string swap)
    {
        var entry = _conversation.BeginMessage();
        _conversation.Append(entry, "x");
        _page.Round();
        _conversation.Append(entry, new string('y', length));

        Assert.Contains($"hx-swap-oob=\"{swap}\"", _page.Round(), StringComparison.Ordinal);
        Assert.Equal(length + 1, _page.Dom.TextOf("e1t")!.Length);

        _conversation.Append(entry, "z");
        Assert.Equal("<div id=\"e1t\" hx-swap-oob=\"beforeend\">z</div>", _page.Round());
    }

    [Fact]
    public void Write_Status_OnlyWhenItChanged()
    {
        _page.Round();
        _status.Set("Model: <llama>");
        _status.Set("Model: <llama>");

        Assert.Equal("<div id=\"chat-status\" hx-swap-oob=\"innerHTML\">Model: &lt;llama&gt;</div>", _page.Round());
        Assert.Null(_page.Round());
        Assert.Equal("Model: <llama>", _page.Dom.Status);
    }

    [Fact]
    public void Write_LongConversation_ShowsTheLastFiftyAndEventsTakeNoPlace()
    {
        for (var i = 0; i < 60; i++)
        {
            _conversation.AddMessage(EntryRole.Event, "x");
            _conversation.AddUserMessage($"m{i}", null);
        }

        _page.Round();

        Assert.Equal(Enumerable.Range(10, 50).Select(i => $"m{i}"), _page.Dom.Entries.Select(entry => entry.Text));
    }

    [Fact]
    public void Write_EntryThatGrowsWhileHundredsCome_IsFollowedToItsEnd()
    {
        var entry = _conversation.BeginMessage();
        _page.Round();
        for (var i = 0; i < 300; i++)
        {
            _conversation.AddUserMessage("x", null);
            _page.Round();
            _conversation.Append(entry, "y");
        }

        _conversation.End(entry, EntryState.Complete);
        _page.Round();

        Assert.Equal(("e1", "assistant", "complete", new string('y', 300)), _page.Dom.Entries[0]);
    }

    [Fact]
    public void Write_AfterAReconnect_IsASnapshotThatDoublesNothing()
    {
        var entry = _conversation.BeginMessage();
        _conversation.Append(entry, "one");
        _page.Round();
        _page.Reconnect();
        _conversation.Append(entry, " two");
        _page.Round();
        _conversation.Append(entry, " three");
        _page.Round();

        Assert.Equal([("e1", "assistant", "streaming", "one two three")], _page.Dom.Entries);
    }

    [Fact]
    public void WriteList_Conversation_IsWhatTheSnapshotShows()
    {
        for (var i = 0; i < 60; i++)
        {
            _conversation.AddUserMessage($"<{i}>", null);
        }

        var list = new ArrayBufferWriter<byte>();
        PanelCursor.WriteList(list, _conversation, null);

        Assert.Equal(
            $"{EmptyStatus}<div id=\"msg-list\" hx-swap-oob=\"innerHTML\">{Encoding.UTF8.GetString(list.WrittenSpan)}</div>",
            _page.Round());
    }

    [Fact]
    [Trait("Row", "S-32")]
    [Trait("Row", "S-34")]
    public void Write_HostileText_StaysText()
    {
        const string Hostile =
            "</div></div><div id=\"chat-status\" hx-swap-oob=\"innerHTML\">OWNED</div><title>x</title>{\"target\":\"body\"}";
        _page.Round();
        _conversation.AddUserMessage(Hostile, null);
        _page.Round();
        var entry = _conversation.BeginMessage();
        _page.Round();
        _conversation.Append(entry, Hostile);
        _page.Round();
        _conversation.End(entry, EntryState.Failed, Hostile);
        _page.Round();

        Assert.Equal("", _page.Dom.Status);
        Assert.Equal([Hostile, Hostile], _page.Dom.Entries.Select(shown => shown.Text));
    }

    [Fact]
    public void Resume_WhereNothingChangedSince_WritesOnlyWhatComes()
    {
        var entry = _conversation.BeginMessage();
        _conversation.Append(entry, "one");
        _status.Set("Model: m");
        _page.Round();

        Assert.True(_page.Resume());
        Assert.Null(_page.Round());
        _conversation.Append(entry, " two");

        Assert.Equal("<div id=\"e1t\" hx-swap-oob=\"beforeend\"> two</div>", _page.Round());
        _status.Set("Model: other");
        Assert.Equal("<div id=\"chat-status\" hx-swap-oob=\"innerHTML\">Model: other</div>", _page.Round());
    }

    [Theory]
    [InlineData("entry")]
    [InlineData("growth")]
    [InlineData("status")]
    public void Resume_AfterAnyChange_BeginsWithASnapshot(string change)
    {
        var entry = _conversation.BeginMessage();
        _page.Round();
        switch (change)
        {
            case "entry":
                _conversation.AddUserMessage("missed", null);
                break;
            case "growth":
                _conversation.Append(entry, "missed");
                break;
            default:
                _status.Set("missed");
                break;
        }

        Assert.False(_page.Resume());
        Assert.Contains("id=\"msg-list\" hx-swap-oob=\"innerHTML\"", _page.Round(), StringComparison.Ordinal);
    }

    [Fact]
    public void Resume_OfAnotherLifeOfTheConversation_BeginsWithASnapshot()
    {
        _page.Round();
        var place = new PanelCursor(_conversation, _status);
        place.Write(new ArrayBufferWriter<byte>());

        Assert.False(new PanelCursor(new Conversation(_conversation.Id, new ManualTime()), _status).Resume(place.Position.ToString()));
        Assert.True(new PanelCursor(_conversation, _status).Resume(place.Position.ToString()));
    }

    [Fact]
    public void Reached_AsBytes_IsItsText()
    {
        var place = new ResumeToken("life", long.MaxValue, int.MinValue);
        var bytes = new ArrayBufferWriter<byte>();

        place.Write(bytes);

        Assert.Equal(place.ToString(), Encoding.UTF8.GetString(bytes.WrittenSpan));
        Assert.Equal("life.9223372036854775807.-2147483648", place.ToString());
    }
}
