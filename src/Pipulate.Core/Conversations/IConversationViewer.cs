namespace Pipulate.Conversations;

/// <summary>Told that something changed, never what: it looks for itself, from its own cursor.</summary>
internal interface IConversationViewer
{
    /// <summary>Must return at once and must not call back into the conversation.</summary>
    void NotifyChanged();
}
