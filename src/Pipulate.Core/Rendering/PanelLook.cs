using Pipulate.Localization;

namespace Pipulate.Rendering;

/// <summary>How a conversation looks on its pages: in which language, and whether the application writes its entries.</summary>
internal sealed record PanelLook(PanelTexts Words, CustomEntryRenderer? Entries = null)
{
    public static PanelLook Default { get; } = new(PanelTexts.English);
}
