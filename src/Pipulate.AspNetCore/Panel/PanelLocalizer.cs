using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Localization;
using Microsoft.Extensions.Logging;
using Pipulate.Conversations;
using Pipulate.Localization;
using Pipulate.Rendering;

namespace Pipulate.Panel;

/// <summary>How panels look to whom: one look for each language that the application speaks.</summary>
internal sealed class PanelLocalizer(IServiceProvider services, ILogger<CustomEntryRenderer> logger)
{
    private readonly ConcurrentDictionary<string, PanelLook> _looks = new();
    private readonly Lazy<CustomEntryRenderer?> _entries =
        new(() => services.GetService<IEntryRenderer>() is { } renderer ? new CustomEntryRenderer(renderer, logger) : null);

    /// <summary>In the language of the request that is being answered.</summary>
    public PanelLook Current
    {
        get
        {
            var culture = CultureInfo.CurrentUICulture;
            return _looks.GetOrAdd(culture.Name, _ => In(culture));
        }
    }

    /// <summary>
    /// Lets a conversation look as its visitor's request says, unless a page did before. A page that comes back after a restart is rendered
    /// nowhere.
    /// </summary>
    public void DressFirst(Conversation conversation)
    {
        if (ReferenceEquals(conversation.Look, PanelLook.Default))
        {
            conversation.Look = Current;
        }
    }

    private PanelLook In(CultureInfo culture)
    {
        var own = services.GetService<IStringLocalizer<ChatLabels>>();
        return new PanelLook(
            PanelTexts.For(culture, label => own?[label] is { ResourceNotFound: false } found ? found.Value : null), _entries.Value);
    }
}
