namespace Pipulate.Connections;

/// <summary>Represents an application of one process: all connections are here.</summary>
internal sealed class NoRemoteConnections : IRemoteConnections
{
    private NoRemoteConnections()
    {
    }

    public static NoRemoteConnections Instance { get; } = new();

    public void NoteChanged(string connectionId)
    {
    }

    public void Send(ChatAudience audience, ReadOnlyMemory<byte> fragment)
    {
    }

    public void SetGroup(string connectionId, string group, bool joins)
    {
    }

    public void Disconnect(ChatAudience audience)
    {
    }

    public void Vacate(ChatAudience audience)
    {
    }
}
