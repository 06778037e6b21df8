namespace Pipulate.Connections;

/// <summary>Tells the other nodes of the connections of this one, and sends to theirs.</summary>
internal interface IRemoteConnections
{
    /// <summary>Announces that a connection of this node has come, gone or changed its groups.</summary>
    void NoteChanged(string connectionId);

    /// <summary>Sends a fragment to the connections of an audience on the other nodes.</summary>
    void Send(ChatAudience audience, ReadOnlyMemory<byte> fragment);

    /// <summary>Asks the node of a connection to add it to a group, or to remove it.</summary>
    void SetGroup(string connectionId, string group, bool joins);

    /// <summary>Closes the connections of an audience on the other nodes.</summary>
    void Disconnect(ChatAudience audience);

    /// <summary>Makes the connections of an audience on the other nodes reconnect, because its user has signed in or out.</summary>
    void Vacate(ChatAudience audience);
}
