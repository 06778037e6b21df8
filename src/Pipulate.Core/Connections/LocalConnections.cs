namespace Pipulate.Connections;

/// <summary>Sends to the connections of this node, and closes them.</summary>
internal sealed class LocalConnections(ConnectionDirectory directory)
{
    /// <summary>Wakes all connections, because what they show beside the conversation has changed.</summary>
    public void NotifyChanged()
    {
        foreach (var connection in directory.ListLocal(ChatAudience.Everyone))
        {
            connection.NotifyChanged();
        }
    }

    /// <summary>Queues a fragment.</summary>
    /// <returns>How many connections get it.</returns>
    public int Send(ChatAudience audience, ReadOnlyMemory<byte> fragment)
    {
        var connections = directory.ListLocal(audience);
        foreach (var connection in connections)
        {
            connection.Send(fragment);
        }

        return connections.Count;
    }

    /// <summary>Closes connections permanently: their pages do not reconnect.</summary>
    /// <returns>How many there are.</returns>
    public int Disconnect(ChatAudience audience)
    {
        var connections = directory.ListLocal(audience);
        foreach (var connection in connections)
        {
            connection.Close(CloseReason.PolicyViolation);
        }

        return connections.Count;
    }

    /// <summary>Refuses further messages of the connections that are about to be vacated.</summary>
    public void StopAccepting(ChatAudience audience)
    {
        foreach (var connection in ListToVacate(audience))
        {
            connection.StopAccepting();
        }
    }

    /// <summary>Empties the pages and closes their connections, so that they reconnect with their current cookies.</summary>
    public void Vacate(ChatAudience audience)
    {
        foreach (var connection in ListToVacate(audience))
        {
            connection.Vacate();
        }
    }

    /// <summary>
    /// Closes the connections of deleted conversations. Pages of a visitor's first conversation reconnect to an empty one; the others have
    /// no conversation to reconnect to.
    /// </summary>
    public static void CloseDeleted(IEnumerable<ChatConnection> connections)
    {
        foreach (var connection in connections)
        {
            connection.Close(connection.Info.Conversation.Name is null ? CloseReason.Restarting : CloseReason.PolicyViolation);
        }
    }

    private IReadOnlyList<ChatConnection> ListToVacate(ChatAudience audience) => audience.Kind is AudienceKind.Conversation
        ? directory.ListLocalOfOwner(new ConversationId(audience.Name!).Owner)
        : directory.ListLocal(audience);
}
