using Pipulate.Storage;

namespace Pipulate.Tests.Endpoints;

public sealed partial class ConversationsEndpointTests
{
    private sealed class BrokenStore : IConversationStore
    {
        public ValueTask<long> AddAsync(ConversationKey conversation, StoredEntry entry, CancellationToken cancellationToken = default) =>
            throw Away();

        public ValueTask<AppendResult> AppendAsync(
            ConversationKey conversation, Guid entry, TextPiece piece, CancellationToken cancellationToken = default) => throw Away();

        public ValueTask<bool> ChangeAsync(
            ConversationKey conversation, Guid entry, EntryChange change, CancellationToken cancellationToken = default) => throw Away();

        public ValueTask<StoredConversation?> ReadAsync(
            ConversationKey conversation, int most, long? before = null, CancellationToken cancellationToken = default) => throw Away();

        public ValueTask<IReadOnlyList<ConversationSummary>> ListAsync(
            string owner, int most, CancellationToken cancellationToken = default) => throw Away();

        public ValueTask<bool> RenameAsync(ConversationKey conversation, string? title, CancellationToken cancellationToken = default) =>
            throw Away();

        public ValueTask<string?> ProposeTitleAsync(
            ConversationKey conversation, string title, CancellationToken cancellationToken = default) => throw Away();

        public ValueTask SetPausedAsync(ConversationKey conversation, bool paused, CancellationToken cancellationToken = default) =>
            throw Away();

        public ValueTask<bool> DeleteAsync(ConversationKey conversation, CancellationToken cancellationToken = default) => throw Away();

        public ValueTask<int> DeleteAllAsync(string owner, CancellationToken cancellationToken = default) => throw Away();

        public ValueTask<IReadOnlyList<ConversationKey>> FindExpiredAsync(
            DateTimeOffset unchangedSince, int maxPerOwner, int most, CancellationToken cancellationToken = default) => throw Away();

        public ValueTask<long?> TryAddAsync(
            ConversationKey conversation, StoredEntry entry, CancellationToken cancellationToken = default) => throw Away();

        public ValueTask<int> TrimAsync(int maxPerConversation, int most, CancellationToken cancellationToken = default) => throw Away();

        private static InvalidOperationException Away() => new("The store is away.");
    }
}
