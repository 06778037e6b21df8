using System.Buffers;
using System.Text;
using Pipulate.Conversations;
using Pipulate.Rendering;

namespace Pipulate.Tests.Rendering;

/// <summary>A page with its cursor, without a socket between them.</summary>
internal sealed class PanelPage(Conversation conversation, PanelStatus status)
{
    private PanelCursor _cursor = new(conversation, status);

    public PanelDom Dom { get; } = new();

    /// <summary>Brings the page up to date.</summary>
    /// <returns>The message, or null when there was nothing new.</returns>
    public string? Round()
    {
        var html = new ArrayBufferWriter<byte>();
        if (!_cursor.Write(html))
        {
            Assert.Equal(0, html.WrittenCount);
            return null;
        }

        var message = Encoding.UTF8.GetString(html.WrittenSpan);
        Dom.Apply(message);
        return message;
    }

    /// <summary>The connection is lost and made again: a new cursor, and the page as it was.</summary>
    public void Reconnect() => _cursor = new PanelCursor(conversation, status);
}
