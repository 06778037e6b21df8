namespace Pipulate.Conversations;

internal enum EntryState
{
    Streaming,
    Complete,
    Stopped,
    Failed,
}
