using Pipulate.Storage;

namespace Pipulate.Tests.Storage;

/// <summary>
/// A store in memory that fails when a test says so, before or after it has done what it was asked for, and notes what it was asked for.
/// </summary>
internal sealed class ScriptedStore(TimeProvider? time = null) : IConversationStore
{
    private readonly InMemoryConversationStore _store = new(time ?? TimeProvider.System);
    private readonly List<string> _calls = [];

    /// <summary>Throws to fail before anything is done.</summary>
    public Action<ConversationKey> Before { get; set; } = _ => { };

    /// <summary>Throws to fail after it is done, as when the answer is lost.</summary>
    public Action<ConversationKey> After { get; set; } = _ => { };

    /// <summary>What a read waits for.</summary>
    public Task Reading { get; set; } = Task.CompletedTask;

    public IReadOnlyList<string> Calls
    {
        get
        {
            lock (_calls)
            {
                return [.. _calls];
            }
        }
    }

    public static InvalidOperationException Away => new("The store is away.");

    public StoredEntry[] Entries(string conversation = "c") =>
        [.. _store.ReadAsync(new ConversationKey(conversation, new ConversationId(conversation)), 1000).AsTask().Result?.Entries ?? []];

    public string[] Texts(string conversation = "c") => [.. Entries(conversation).Select(entry => $"{entry.State}: {entry.Text}")];

    public ValueTask<long> AddAsync(ConversationKey conversation, StoredEntry entry, CancellationToken cancellationToken = default) =>
        new(Do($"add {entry.Text}", conversation, () => _store.AddAsync(conversation, entry, cancellationToken).AsTask().Result));

    public ValueTask<long?> TryAddAsync(ConversationKey conversation, StoredEntry entry, CancellationToken cancellationToken = default) =>
        new(Do($"try to add {entry.Text}", conversation, () => _store.TryAddAsync(conversation, entry, cancellationToken).AsTask().Result));

    public ValueTask<AppendResult> AppendAsync(
        ConversationKey conversation, Guid entry, TextPiece piece, CancellationToken cancellationToken = default) =>
        new(Do($"append {piece.Offset} {piece.Text}", conversation, () =>
            _store.AppendAsync(conversation, entry, piece, cancellationToken).AsTask().Result));

    public ValueTask<bool> ChangeAsync(
        ConversationKey conversation, Guid entry, EntryChange change, CancellationToken cancellationToken = default) =>
        new(Do($"change {change.State}", conversation, () =>
            _store.ChangeAsync(conversation, entry, change, cancellationToken).AsTask().Result));

    public async ValueTask<StoredConversation?> ReadAsync(
        ConversationKey conversation, int most, long? before = null, CancellationToken cancellationToken = default)
    {
        await Reading;
        return Do("read", conversation, () => _store.ReadAsync(conversation, most, before, cancellationToken).AsTask().Result);
    }

    public ValueTask SetPausedAsync(ConversationKey conversation, bool paused, CancellationToken cancellationToken = default)
    {
        Do($"pause {paused}", conversation, () => _store.SetPausedAsync(conversation, paused, cancellationToken).AsTask().IsCompleted);
        return ValueTask.CompletedTask;
    }

    public ValueTask<IReadOnlyList<ConversationSummary>> ListAsync(string owner, int most, CancellationToken cancellationToken = default) =>
        _store.ListAsync(owner, most, cancellationToken);

    public ValueTask<string?> ProposeTitleAsync(
        ConversationKey conversation, string title, CancellationToken cancellationToken = default) =>
        _store.ProposeTitleAsync(conversation, title, cancellationToken);

    public ValueTask<bool> RenameAsync(ConversationKey conversation, string? title, CancellationToken cancellationToken = default) =>
        _store.RenameAsync(conversation, title, cancellationToken);

    public async ValueTask<bool> DeleteAsync(ConversationKey conversation, CancellationToken cancellationToken = default)
    {
        await Task.Yield();
        return Do("delete", conversation, () => _store.DeleteAsync(conversation, cancellationToken).AsTask().Result);
    }

    public ValueTask<int> DeleteAllAsync(string owner, CancellationToken cancellationToken = default) =>
        _store.DeleteAllAsync(owner, cancellationToken);

    public ValueTask<IReadOnlyList<ConversationKey>> FindExpiredAsync(
        DateTimeOffset unchangedSince, int maxPerOwner, int most, CancellationToken cancellationToken = default) =>
        _store.FindExpiredAsync(unchangedSince, maxPerOwner, most, cancellationToken);

    public ValueTask<int> TrimAsync(int maxPerConversation, int most, CancellationToken cancellationToken = default) =>
        _store.TrimAsync(maxPerConversation, most, cancellationToken);

    private T Do<T>(string call, ConversationKey conversation, Func<T> doing)
    {
        lock (_calls)
        {
            _calls.Add(call);
        }

        Before(conversation);
        var result = doing();
        After(conversation);
        return result;
    }
}
