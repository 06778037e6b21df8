using Microsoft.Extensions.Options;
using Pipulate.Panel;
using Pipulate.Rendering;
using Pipulate.Security;
using Pipulate.Storage;
using Pipulate.Telemetry;

namespace Pipulate.Connections;

/// <summary>Creates the connection of a page that was admitted: to the visitor's conversation, in the language of the request.</summary>
internal sealed class ConnectionFactory(
    ConversationCache conversations,
    PanelStatus status,
    PanelLocalizer localizer,
    PipulateMetrics metrics,
    IOptions<PipulateOptions> options,
    TimeProvider time)
{
    /// <summary>Creates a connection, which is not registered yet.</summary>
    /// <param name="visitor">The visitor, with the conversation that the page shows.</param>
    /// <param name="transport">The transport that carries its frames.</param>
    public ChatConnection Create(Visitor visitor, IChatTransport transport)
    {
        var info = new ChatConnectionInfo(Guid.NewGuid().ToString("N"), visitor.Conversation, visitor.UserId, time.GetUtcNow());
        var conversation = conversations.Get(visitor.Conversation);
        localizer.SetTextsOnce(conversation);
        return new ChatConnection(
            info, conversation, status, transport, options.Value.Limits.Send, time, metrics, localizer.EntryRenderer);
    }
}
