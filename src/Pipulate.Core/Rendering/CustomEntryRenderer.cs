using System.Buffers;
using Microsoft.Extensions.Logging;
using Pipulate.Conversations.Entries;
using Pipulate.Localization;

namespace Pipulate.Rendering;

/// <summary>Renders entries with the application's renderer.</summary>
internal sealed partial class CustomEntryRenderer(IEntryRenderer renderer, ILogger<CustomEntryRenderer> logger)
{
    /// <summary>Writes the content of an entry.</summary>
    /// <returns>Whether the application's renderer wrote it; otherwise nothing was written.</returns>
    public bool TryWrite(IBufferWriter<byte> html, ConversationEntry entry, PanelTexts words)
    {
        // Buffered first: if the renderer fails, the default rendering is better than half an entry.
        var own = new ArrayBufferWriter<byte>();
        try
        {
            var content = new EntryContent(own, entry, words);
            renderer.Render(content);
            if (!content.HasText)
            {
                content.WriteText();
            }
        }
        catch (Exception exception)
        {
            LogFailed(exception, renderer.GetType().FullName, entry.Ordinal);
            return false;
        }

        html.Write(own.WrittenSpan);
        return true;
    }

    [LoggerMessage(1, LogLevel.Error, "The entry renderer {Renderer} failed at entry {Ordinal}; the entry is rendered as by default.")]
    private partial void LogFailed(Exception exception, string? renderer, int ordinal);
}
