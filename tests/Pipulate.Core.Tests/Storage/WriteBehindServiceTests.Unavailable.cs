using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Pipulate.Conversations;
using Pipulate.Conversations.Entries;
using Pipulate.Rendering;
using Pipulate.Storage;
using Pipulate.Tests.Conversations;
using Pipulate.Tests.Rendering;

namespace Pipulate.Tests.Storage;

/// <content>A store that is slow, unavailable, or refuses what it is given.</content>
public sealed partial class WriteBehindServiceTests
{
    [Fact]
    public async Task StoredAsync_StoreIsSilentOrAway_IsGivenUpSoon()
    {
        var conversation = (await StartAsync()).Get(Id());
        using var written = new ManualResetEventSlim();
        _store.Before = _ => Assert.True(written.Wait(TestTime.Timeout));
        conversation.AddUserMessage("hello", "m1");
        var stored = _storage.WaitUntilStoredAsync(conversation);

        _time.Advance(ConversationStorage.StoreTimeout - TimeSpan.FromMilliseconds(1));
        Assert.False(stored.IsCompleted);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        await stored.WaitAsync(TestTime.Timeout, TestContext.Current.CancellationToken);

        // Once it is known to be away, nobody waits for it.
        _store.Before = _ => throw ScriptedStore.Away;
        written.Set();
        conversation.AddUserMessage("again", "m2");
        await Eventually.TrueAsync(() => _storage.WaitUntilStoredAsync(conversation).IsCompleted);
    }

    [Fact]
    [Trait("Row", "F-19")]
    public async Task Get_StoreIsSilent_IsWaitedForTwoSecondsAndNoLonger()
    {
        var read = new TaskCompletionSource();
        _store.Reading = read.Task;
        var conversation = (await StartAsync()).Get(Id());

        await _time.WaitForTimerAsync(ConversationStorage.LoadTimeout);
        _time.Advance(ConversationStorage.LoadTimeout);

        await conversation.Loaded.WaitAsync(TestTime.Timeout, Cancellation);
        Assert.True(conversation.AddUserMessage("hello", null));
        read.SetResult();
        await Eventually.TrueAsync(() => _store.Texts() is ["Complete: hello"]);
    }

    [Fact]
    public async Task Say_StoreIsAway_IsStoredOnceWhenItIsBack()
    {
        var conversation = (await StartAsync()).Get(Id());
        _store.Before = _ => throw ScriptedStore.Away;
        conversation.AddUserMessage("hello", "m1");
        var answer = conversation.BeginMessage();
        conversation.Append(answer, "Hi");
        await Eventually.TrueAsync(() => _log.Count(LogLevel.Error) == 1);
        conversation.Append(answer, " there");
        conversation.End(answer, EntryState.Complete);
        Assert.Equal(["User/Complete: hello", "Assistant/Complete: Hi there"], conversation.Shown());

        _store.Before = _ => { };
        _time.Advance(WriteBehindService.CheckpointInterval);

        await Eventually.TrueAsync(() => _store.Texts() is ["Complete: hello", "Complete: Hi there"]);
        await Eventually.TrueAsync(() => _log.Count(LogLevel.Information) == 1);
        Assert.Equal(1, _log.Count(LogLevel.Error));
    }

    [Fact]
    [Trait("Row", "F-15")]
    public async Task Say_AnswerOfTheStoreIsLost_IsStoredOnceAndWhole()
    {
        var conversation = (await StartAsync()).Get(Id());
        _store.After = _ => throw ScriptedStore.Away;
        var answer = conversation.BeginMessage();
        await Eventually.TrueAsync(() => _store.Texts() is ["Streaming: "] && _log.Count(LogLevel.Error) == 1);
        conversation.Append(answer, "Hi there");
        conversation.End(answer, EntryState.Complete);

        _store.After = _ => { };
        _time.Advance(WriteBehindService.CheckpointInterval);

        await Eventually.TrueAsync(() => _store.Texts() is ["Complete: Hi there"]);
    }

    [Fact]
    public async Task Get_StoreIsAway_HasTheHistoryWhenItIsBack()
    {
        await _store.AddAsync(Key(), Stored("before"), Cancellation);
        _store.Before = _ => throw ScriptedStore.Away;
        var conversation = (await StartAsync()).Get(Id());
        conversation.AddUserMessage("hello", "m1");
        await Eventually.TrueAsync(() => _log.Count(LogLevel.Error) == 1);

        _store.Before = _ => { };
        await Eventually.TrueAsync(() =>
        {
            _time.Advance(WriteBehindService.CheckpointInterval);
            return _store.Texts() is ["Complete: before", "Complete: hello"];
        });

        Assert.Equal(["User/Complete: before", "User/Complete: hello"], conversation.Shown());
    }

    [Fact]
    [Trait("Row", "F-19")]
    public async Task Say_StoreIsAwayForLong_PeopleAreToldAndToldWhenItIsBack()
    {
        var conversation = (await StartAsync()).Get(Id());
        _store.Before = _ => throw ScriptedStore.Away;
        conversation.AddUserMessage("hello", "m1");
        await Eventually.TrueAsync(() => _log.Count(LogLevel.Error) == 1);

        await Eventually.TrueAsync(() =>
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            return conversation.Shown().Length == 2;
        });
        Assert.Contains("not saved", conversation.Shown()[1], StringComparison.Ordinal);
        _store.Before = _ => { };
        await Eventually.TrueAsync(() =>
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            return conversation.Shown().Length == 3;
        });

        Assert.Contains("everything is saved", conversation.Shown()[2], StringComparison.Ordinal);
        await Eventually.TrueAsync(() => _store.Texts().Length == 3);
    }

    [Fact]
    public async Task Say_StoreRefusesOneConversation_TheOthersAreStored()
    {
        var directory = await StartAsync();
        var refused = directory.Get(Id("refused"));
        var other = directory.Get(Id("other"));
        _store.Before = key =>
        {
            if (key.Owner == "refused")
            {
                throw ScriptedStore.Away;
            }
        };
        refused.AddMessage(EntryRole.User, "no");

        var said = 0;
        await Eventually.TrueAsync(() =>
        {
            other.AddMessage(EntryRole.User, $"{++said}");
            _time.Advance(WriteBehindService.CheckpointInterval);
            return _log.Messages.Any(message => message.Contains("given up", StringComparison.Ordinal));
        });

        await Eventually.TrueAsync(() => _store.Texts("other").Length == said);
        _store.Before = _ => { };
        refused.AddMessage(EntryRole.User, "yes");
        await Eventually.TrueAsync(() =>
        {
            _time.Advance(WriteBehindService.CheckpointInterval);
            return _store.Texts("refused") is ["Complete: yes"];
        });
    }

    [Fact]
    public async Task LetGo_WhileTheStoreIsAway_IsGivenUpAndSaidSo()
    {
        var conversation = (await StartAsync()).Get(Id());
        _store.Before = _ => throw ScriptedStore.Away;
        conversation.AddMessage(EntryRole.User, "lost");
        await Eventually.TrueAsync(() => _log.Count(LogLevel.Error) == 1);

        _storage.Untrack(conversation);
        await Eventually.TrueAsync(() =>
        {
            _time.Advance(WriteBehindService.CheckpointInterval);
            return _log.Count(LogLevel.Warning) == 1;
        });

        Assert.Contains("1 entries", _log.Messages[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task StopAsync_StoreIsAway_EndsAndSaysWhatIsLost()
    {
        var conversation = (await StartAsync()).Get(Id());
        _store.Before = _ => throw ScriptedStore.Away;
        conversation.AddMessage(EntryRole.User, "lost");

        await StopAsync();

        Assert.Contains(_log.Messages, message => message.Contains("1 conversations is lost", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [Trait("Row", "F-26")]
    public async Task Anything_StoreFailsAtRandom_IsFinallyStoredAsItIs(int seed)
    {
        var random = new Random(seed);
        var failures = new Random(seed);
        void MayFail(ConversationKey key)
        {
            lock (failures)
            {
                if (failures.Next(4) == 0)
                {
                    throw ScriptedStore.Away;
                }
            }
        }

        _store.Before = _store.After = MayFail;
        var conversation = (await StartAsync()).Get(Id());
        ConversationEntry? open = null;
        for (var i = 0; i < 300; i++)
        {
            switch (random.Next(7))
            {
                case 0:
                    conversation.AddMessage(EntryRole.Event, $"event {i}");
                    break;
                case 1:
                    conversation.AddUserMessage($"typed {i} 🙂", $"m{i}");
                    break;
                case 2:
                    open ??= conversation.BeginMessage();
                    break;
                case 3 when open is not null:
                    conversation.End(open, EntryState.Complete);
                    open = null;
                    break;
                case 4 when random.Next(4) == 0:
                    conversation.ForgetEvents();
                    break;
                case 5:
                    _time.Advance(WriteBehindService.CheckpointInterval);
                    break;
                default:
                    if (open is not null)
                    {
                        conversation.Append(open, i % 3 == 0 ? "🙂"[..1] : $"{i} ");
                    }

                    break;
            }

            if (random.Next(3) == 0)
            {
                await Task.Yield();
            }
        }

        if (open is not null)
        {
            conversation.End(open, EntryState.Stopped);
        }

        _store.Before = _store.After = _ => { };
        string[] Live() => conversation.Look(entries => entries
            .Where(entry => !(entry.Role is EntryRole.Notice))
            .Select(entry => $"{entry.Role} {entry.State} {entry.Withdrawn} {entry.Text}").ToArray());
        string[] Kept() => [.. _store.Entries()
            .Where(entry => !(entry.Role is EntryRole.Notice))
            .Select(entry => $"{entry.Role} {entry.State} {entry.Withdrawn} {entry.Text}")];
        await Eventually.TrueAsync(() =>
        {
            _time.Advance(WriteBehindService.CheckpointInterval);
            return Live().TakeLast(300).SequenceEqual(Kept());
        });
    }
}
