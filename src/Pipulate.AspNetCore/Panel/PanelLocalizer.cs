using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Localization;
using Microsoft.Extensions.Logging;
using Pipulate.Conversations;
using Pipulate.Localization;
using Pipulate.Rendering;

namespace Pipulate.Panel;

/// <summary>Holds the panel's texts in each language that the application supports, and the renderer of its entries.</summary>
internal sealed class PanelLocalizer(IServiceProvider services, ILogger<CustomEntryRenderer> logger)
{
    private readonly ConcurrentDictionary<string, PanelTexts> _texts = new();
    private readonly Lazy<CustomEntryRenderer?> _renderer =
        new(() => services.GetService<IEntryRenderer>() is { } renderer ? new CustomEntryRenderer(renderer, logger) : null);

    /// <summary>Gets the application's renderer of entries; null where it has none.</summary>
    public CustomEntryRenderer? EntryRenderer => _renderer.Value;

    /// <summary>Gets the texts in the language of the request that is being answered.</summary>
    public PanelTexts Current
    {
        get
        {
            var culture = CultureInfo.CurrentUICulture;
            return _texts.GetOrAdd(culture.Name, _ => In(culture));
        }
    }

    /// <summary>
    /// Sets the texts of a conversation to the language of the request, unless they are set already. A page that reconnects after a restart
    /// is
    /// not rendered, so its connection is the first request that has the language.
    /// </summary>
    public void SetTextsOnce(Conversation conversation)
    {
        if (ReferenceEquals(conversation.Texts, PanelTexts.English))
        {
            conversation.Texts = Current;
        }
    }

    private PanelTexts In(CultureInfo culture)
    {
        var own = services.GetService<IStringLocalizer<ChatLabels>>();
        return PanelTexts.For(culture, label => own?[label] is { ResourceNotFound: false } found ? found.Value : null);
    }
}
