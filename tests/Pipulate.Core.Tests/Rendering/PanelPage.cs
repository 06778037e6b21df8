using System.Buffers;
using System.Text;
using Pipulate.Conversations;
using Pipulate.Rendering;

namespace Pipulate.Tests.Rendering;

/// <summary>A page with its cursor, without a socket between them.</summary>
internal sealed class PanelPage(Conversation conversation, PanelStatus status)
{
    private PanelCursor _cursor = new(conversation, status);
    private string? _place;

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
        _place = _cursor.Position.ToString();
        return message;
    }

    /// <summary>The connection is lost and made again: a new cursor, and the page as it was.</summary>
    public void Reconnect() => _cursor = new PanelCursor(conversation, status);

    /// <summary>The same, and the page says where it was.</summary>
    /// <returns>Whether it lacks nothing.</returns>
    public bool Resume()
    {
        Reconnect();
        return _place is not null && _cursor.Resume(_place);
    }
}
