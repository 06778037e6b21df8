using Pipulate.Conversations;
using Pipulate.Localization;
using Pipulate.Tests.Conversations;

namespace Pipulate.Tests.Generation;

public sealed class ChatQueueTests : IAsyncLifetime
{
    private readonly CommentaryHouse _house = new();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _house.DisposeAsync();

    [Fact]
    public async Task EnqueueAsync_EachLane_DoesWhatItSays()
    {
        await _house.Happen("a", "commented");
        await _house.Happen("b", "said", ChatLane.Say);
        await _house.Happen("c", "noted", ChatLane.Note);

        Assert.Equal((EntryRole.Event, true), _house["a"].Look(entries => (entries[0].Role, entries[0].RequiresReply)));
        Assert.Equal(["Assistant/Complete: said"], _house["b"].Shown());
        Assert.Equal((EntryRole.Event, false), _house["c"].Look(entries => (entries[0].Role, entries[0].RequiresReply)));
        Assert.Equal(["a"], Due());
    }

    [Fact]
    public async Task EnqueueAsync_ManyForOneConversation_AnnouncesItOnce()
    {
        for (var i = 0; i < 100; i++)
        {
            await _house.Happen("a", "x");
            _house.Type("a", "y");
        }

        Assert.Equal(["a"], Due());
        Assert.Equal(200, _house["a"].Look(entries => entries.Count));
    }

    [Fact]
    public async Task HearAsync_InAConversationThatWasDeleted_IsNotTaken()
    {
        Assert.True(await _house.Queue.AddUserMessageAsync(new ConversationId("a"), "kept", "m1"));
        _house["a"].Delete(TextKey.ConversationDeleted);

        Assert.False(await _house.Queue.AddUserMessageAsync(new ConversationId("a"), "lost", "m2"));

        Assert.Equal(["Notice/Complete: This conversation was deleted."], _house["a"].Shown());
    }

    [Fact]
    public async Task EnqueueAsync_LongEvent_IsCutBetweenCharacters()
    {
        _house.Options.Limits.EventCharacters = 50;
        await _house.Happen("a", new string('x', 51));
        await _house.Happen("a", new string('x', 49) + "\U0001F600");
        await _house.Happen("a", new string('x', 50));

        Assert.Equal(
            [new string('x', 50) + "…", new string('x', 49) + "…", new string('x', 50)],
            _house["a"].Look(entries => entries.Select(entry => entry.Text.ToString()).ToArray()));
    }

    [Fact]
    public async Task EnqueueAsync_NothingToSayOrNobody_Throws()
    {
        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await _house.Happen("a", " "));
        await Assert.ThrowsAsync<ArgumentNullException>(
            async () => await _house.Queue.EnqueueAsync(null!, TestContext.Current.CancellationToken));
        await Assert.ThrowsAsync<ArgumentException>(
            async () => await _house.Queue.EnqueueAsync(new ChatEvent(default, "x"), TestContext.Current.CancellationToken));
    }

    [Fact]
    public void Hear_TheSameMessageTwice_IsHeardOnce()
    {
        _house.Type("a", "hello", "m1");
        _house.Type("a", "hello", "m1");

        Assert.Equal(["User/Complete: hello"], _house["a"].Shown());
    }

    private List<string> Due()
    {
        var due = new List<string>();
        while (_house.Queue.Due.TryRead(out var conversation))
        {
            due.Add(conversation.Id.Value);
        }

        return due;
    }
}
