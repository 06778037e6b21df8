using Npgsql;
using Pipulate.PostgreSql;
using Pipulate.Storage;
using Pipulate.Stores.Hosting;

namespace Pipulate.Stores;

public sealed class PostgreSqlReplyLeaseStoreTests(PostgreSqlServer server) : IClassFixture<PostgreSqlServer>, IAsyncLifetime
{
    private static readonly ConversationKey Conversation = new("v-1", new ConversationId("v-1"));

    private PostgreSqlConversationStore _store = null!;
    private PostgreSqlReplyLeaseStore _one = null!;
    private PostgreSqlReplyLeaseStore _other = null!;
    private string _connection = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Anything_InAConversationThatWasDeleted_DoesNotBringItBack()
    {
        Assert.NotNull(await _one.AddPendingAsync(Conversation, Entry("first"), begins: true, Cancellation));
        await _store.DeleteAsync(Conversation, Cancellation);

        Assert.Null(await _other.AddPendingAsync(Conversation, Entry("late"), begins: false, Cancellation));
        Assert.False(await _other.TryLeaseAsync(Conversation, begins: false, Cancellation));
        Assert.Empty(await _other.BeginAsync(Conversation, Entry(""), [Guid.NewGuid()], Cancellation));
        Assert.Null(await _store.ReadAsync(Conversation, 10, cancellationToken: Cancellation));
    }

    [Fact]
    public async Task Begin_WhatWaits_IsTakenOnceAndItsAnswerIsStored()
    {
        var entry = Entry("They put \"Milk\" on the list.");
        await _one.AddPendingAsync(Conversation, entry, begins: true, Cancellation);
        await _other.AddPendingAsync(Conversation, entry, begins: true, Cancellation);

        Assert.True(await _one.TryLeaseAsync(Conversation, begins: true, Cancellation));
        Assert.Equal([entry.Id], await _one.BeginAsync(Conversation, Answer(), [entry.Id, Guid.NewGuid()], Cancellation));
        Assert.Empty(await _one.BeginAsync(Conversation, Answer(), [entry.Id], Cancellation));

        // Told again, as by a node that got no answer the first time, it does not wait again.
        await _other.AddPendingAsync(Conversation, entry, begins: true, Cancellation);
        Assert.Empty(await _one.BeginAsync(Conversation, Answer(), [entry.Id], Cancellation));
        var stored = await _store.ReadAsync(Conversation, 10, cancellationToken: Cancellation);
        Assert.Equal(
            [(EntryRole.Event, EntryState.Complete), (EntryRole.Assistant, EntryState.Streaming)],
            stored!.Entries.Select(one => (one.Role, one.State)));
    }

    [Fact]
    public async Task Owe_SameMessageUnderAnotherId_IsTheFirstOne()
    {
        StoredEntry Message(string text, string? id) => Entry(text) with { Role = EntryRole.User, MessageId = id };
        var first = Message("hello", "m1");

        Assert.Equal(first.Id, await _one.AddPendingAsync(Conversation, first, begins: true, Cancellation));
        Assert.Equal(first.Id, await _other.AddPendingAsync(Conversation, Message("hello", "m1"), begins: true, Cancellation));
        Assert.Equal(first.Id, await _one.AddPendingAsync(Conversation, first, begins: true, Cancellation));

        StoredEntry[] others =
            [Message("hello", "m2"), Message("other", "m1"), Message("hello", null), Entry("hello") with { MessageId = "m1" }];
        foreach (var other in others)
        {
            Assert.Equal(other.Id, await _other.AddPendingAsync(Conversation, other, begins: true, Cancellation));
        }
    }

    [Fact]
    public async Task TryLease_OtherNodeHasIt_IsRefusedUntilItIsGivenBackOrRunsOut()
    {
        Assert.True(await _one.TryLeaseAsync(Conversation, begins: true, Cancellation));
        Assert.True(await _one.TryLeaseAsync(Conversation, begins: true, Cancellation));
        Assert.False(await _other.TryLeaseAsync(Conversation, begins: true, Cancellation));

        await _one.ReleaseAsync(Conversation, Cancellation);
        Assert.True(await _other.TryLeaseAsync(Conversation, begins: true, Cancellation));
        Assert.False(await _one.TryLeaseAsync(Conversation, begins: true, Cancellation));

        // By the database's clock.
        await ExecuteAsync("UPDATE pipulate_lease SET until = until - interval '16 seconds'");
        Assert.True(await _one.TryLeaseAsync(Conversation, begins: true, Cancellation));
        await _other.RenewAsync(Cancellation);
        Assert.False(await _other.TryLeaseAsync(Conversation, begins: true, Cancellation));
    }

    [Fact]
    public async Task Begin_LeaseIsLost_TakesNothing()
    {
        var entry = Entry("x");
        await _one.AddPendingAsync(Conversation, entry, begins: true, Cancellation);
        await _one.TryLeaseAsync(Conversation, begins: true, Cancellation);
        await ExecuteAsync("UPDATE pipulate_lease SET until = until - interval '16 seconds'");
        await _other.TryLeaseAsync(Conversation, begins: true, Cancellation);

        Assert.Empty(await _one.BeginAsync(Conversation, Answer(), [entry.Id], Cancellation));
        Assert.Equal([entry.Id], await _other.BeginAsync(Conversation, Answer(), [entry.Id], Cancellation));
    }

    [Fact]
    public async Task Renew_LeaseAboutToRunOut_IsKept()
    {
        await _one.TryLeaseAsync(Conversation, begins: true, Cancellation);
        await ExecuteAsync("UPDATE pipulate_lease SET until = clock_timestamp() + interval '1 second'");

        await _one.RenewAsync(Cancellation);

        Assert.Equal(true, await ExecuteAsync("SELECT until > clock_timestamp() + interval '10 seconds' FROM pipulate_lease"));
    }

    [Fact]
    public async Task Return_AndDrop_DecideWhetherItWaits()
    {
        var entry = Entry("x");
        await _one.AddPendingAsync(Conversation, entry, begins: true, Cancellation);
        await _one.RemoveAsync(Conversation, [entry.Id], Cancellation);
        await _one.TryLeaseAsync(Conversation, begins: true, Cancellation);
        Assert.Empty(await _one.BeginAsync(Conversation, Answer(), [entry.Id], Cancellation));

        await _one.ReturnAsync(Conversation, [entry.Id], Cancellation);
        await _one.ReturnAsync(Conversation, [entry.Id], Cancellation);
        Assert.Equal([entry.Id], await _one.BeginAsync(Conversation, Answer(), [entry.Id], Cancellation));
    }

    [Fact]
    public async Task TakeOver_WaitedForLongAndNobodyIsOnIt_IsTakenByOne()
    {
        var key = new ConversationKey("v-2", new ConversationId("v-2"));
        var (waits, fresh, seenTo) = (Entry("waits"), Entry("fresh"), Entry("seen to"));
        await _one.AddPendingAsync(Conversation, waits, begins: true, Cancellation);
        await _one.AddPendingAsync(key, seenTo, begins: true, Cancellation);
        await ExecuteAsync("UPDATE pipulate_due SET at = at - interval '11 seconds'");
        await _one.AddPendingAsync(Conversation, fresh, begins: true, Cancellation);
        await _one.TryLeaseAsync(key, begins: true, Cancellation);

        var taken = await Task.WhenAll(_one.TakeOverAsync(20, Cancellation).AsTask(), _other.TakeOverAsync(20, Cancellation).AsTask());

        var only = Assert.Single(taken.SelectMany(one => one));
        Assert.Equal((Conversation, waits.Id), (only.Key, Assert.Single(only.Value)));
        Assert.Empty(await _other.TakeOverAsync(20, Cancellation));
    }

    [Fact]
    public async Task Forget_Visitor_LeavesNothingWaiting()
    {
        await _one.AddPendingAsync(Conversation, Entry("x"), begins: true, Cancellation);
        await _one.TryLeaseAsync(Conversation, begins: true, Cancellation);

        await _store.DeleteAllAsync("v-1", Cancellation);

        Assert.Equal(0L, await ExecuteAsync("SELECT (SELECT count(*) FROM pipulate_due) + (SELECT count(*) FROM pipulate_lease)"));
    }

    public async ValueTask InitializeAsync()
    {
        _connection = await server.NewSchemaAsync();
        _store = new PostgreSqlConversationStore(_connection);
        (_one, _other) = (new PostgreSqlReplyLeaseStore(_store), new PostgreSqlReplyLeaseStore(_store));
    }

    public async ValueTask DisposeAsync()
    {
        if (_store is not null)
        {
            await _store.DisposeAsync();
        }
    }

    private static StoredEntry Entry(string text) => new()
    {
        Id = Guid.CreateVersion7(),
        Role = EntryRole.Event,
        State = EntryState.Complete,
        CreatedAt = DateTimeOffset.UnixEpoch,
        Text = text,
    };

    private static StoredEntry Answer() => Entry("") with { Role = EntryRole.Assistant, State = EntryState.Streaming };

    private async Task<object?> ExecuteAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(_connection);
        await connection.OpenAsync(Cancellation);
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync(Cancellation);
    }
}
