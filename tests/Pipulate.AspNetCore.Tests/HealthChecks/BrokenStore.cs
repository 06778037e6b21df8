using Pipulate.Storage;
namespace Pipulate.Tests.HealthChecks;

/// <summary>A store that fails at whatever is asked of it, or never answers.</summary>
/// <param name="exception">What it throws; null for one that is silent until it is given up, and after.</param>
internal sealed class BrokenStore(Exception? exception) : IConversationStore
{
    public ValueTask<long> AddAsync(ConversationKey conversation, StoredEntry entry, CancellationToken cancellationToken = default) =>
        new(BreakAsync<long>());

    public ValueTask<long?> TryAddAsync(ConversationKey conversation, StoredEntry entry, CancellationToken cancellationToken = default) =>
        new(BreakAsync<long?>());

    public ValueTask<AppendResult> AppendAsync(
        ConversationKey conversation,
        Guid entry,
        TextPiece piece,
        CancellationToken cancellationToken = default) => new(BreakAsync<AppendResult>());

    public ValueTask<bool> ChangeAsync(
        ConversationKey conversation,
        Guid entry,
        EntryChange change,
        CancellationToken cancellationToken = default) => new(BreakAsync<bool>());

    public ValueTask<StoredConversation?> ReadAsync(
        ConversationKey conversation,
        int most,
        long? before = null,
        CancellationToken cancellationToken = default) => new(BreakAsync<StoredConversation?>());

    public ValueTask<IReadOnlyList<ConversationSummary>> ListAsync(string owner, int most, CancellationToken cancellationToken = default) =>
        new(BreakAsync<IReadOnlyList<ConversationSummary>>());

    public ValueTask<bool> RenameAsync(ConversationKey conversation, string? title, CancellationToken cancellationToken = default) =>
        new(BreakAsync<bool>());

    public ValueTask<string?> ProposeTitleAsync(
        ConversationKey conversation, string title, CancellationToken cancellationToken = default) =>
        new(BreakAsync<string?>());

    public ValueTask SetPausedAsync(ConversationKey conversation, bool paused, CancellationToken cancellationToken = default) =>
        new(BreakAsync<bool>());

    public ValueTask<bool> DeleteAsync(ConversationKey conversation, CancellationToken cancellationToken = default) =>
        new(BreakAsync<bool>());

    public ValueTask<int> DeleteAllAsync(string owner, CancellationToken cancellationToken = default) => new(BreakAsync<int>());

    public ValueTask<IReadOnlyList<ConversationKey>> FindExpiredAsync(
        DateTimeOffset unchangedSince, int maxPerOwner, int most, CancellationToken cancellationToken = default) =>
        new(BreakAsync<IReadOnlyList<ConversationKey>>());

    public ValueTask<int> TrimAsync(int maxPerConversation, int most, CancellationToken cancellationToken = default) =>
        new(BreakAsync<int>());

    private async Task<T> BreakAsync<T>()
    {
        await (exception is null ? new TaskCompletionSource().Task : Task.FromException(exception));
        throw new InvalidOperationException("Not reached.");
    }
}
