using Microsoft.Extensions.Logging.Abstractions;
using Pipulate.Storage;

namespace Pipulate.Tests.Storage;

/// <summary>Makes the storage of an application of one process.</summary>
internal static class TestStorage
{
    public static ConversationStorage Create(WriteBehindService writing, IConversationStore store, TimeProvider time) =>
        new(writing, store, LocalConversationLifecycle.Instance, time);

    /// <summary>Makes the storage of a process that stores nothing, because its writer is not started.</summary>
    public static ConversationStorage CreateIdle(TimeProvider time)
    {
        var store = new InMemoryConversationStore(time);
        return Create(new WriteBehindService(store, time, NullLogger<WriteBehindService>.Instance), store, time);
    }

    public static ConversationCache CreateIdleCache(TimeProvider time) => CreateCache(time, CreateIdle(time));

    public static ConversationCache CreateCache(TimeProvider time, ConversationStorage storage) => new(time, storage, markdown: false);
}
