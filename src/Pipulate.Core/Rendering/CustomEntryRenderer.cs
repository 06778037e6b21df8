using System.Buffers;
using Microsoft.Extensions.Logging;
using Pipulate.Conversations.Entries;
using Pipulate.Localization;

namespace Pipulate.Rendering;

/// <summary>Entries as the application writes them.</summary>
internal sealed partial class CustomEntryRenderer(IEntryRenderer renderer, ILogger<CustomEntryRenderer> logger)
{
    /// <summary>Writes the inside of an entry.</summary>
    /// <returns>Whether the application's renderer did; else nothing was written.</returns>
    public bool TryWrite(IBufferWriter<byte> html, ConversationEntry entry, PanelTexts words)
    {
        // Aside at first: half of an entry is worse than one that looks like all others.
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

    [LoggerMessage(1, LogLevel.Error, "The entry renderer {Renderer} failed at entry {Ordinal}; it is shown as if there were none.")]
    private partial void LogFailed(Exception exception, string? renderer, int ordinal);
}
