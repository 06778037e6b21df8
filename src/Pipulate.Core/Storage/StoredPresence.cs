namespace Pipulate.Storage;

/// <summary>Tracks whether the store has a conversation, which decides whether a write may create it there.</summary>
/// <param name="isShared">Whether other nodes can delete it.</param>
internal sealed class StoredPresence(bool isShared)
{
    private bool _stored;

    /// <summary>
    /// Gets a value indicating whether a write may create the conversation. Once the store has it and other nodes can delete it, no later
    /// write brings it back.
    /// </summary>
    public bool MayCreate => !(isShared && Volatile.Read(ref _stored));

    /// <summary>Sets whether the store has it.</summary>
    public void Set(bool stored) => Volatile.Write(ref _stored, stored);
}
