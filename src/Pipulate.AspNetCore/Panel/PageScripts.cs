using Microsoft.AspNetCore.Html;
using Microsoft.AspNetCore.Http;

namespace Pipulate.Panel;

/// <summary>
/// What the page that is being rendered loads. A layout is rendered after its view, so a panel may come before the assets or behind them: whichever comes second brings what is missing.
/// </summary>
internal sealed class PageScripts
{
    /// <summary>Whether the assets are written.</summary>
    public bool AreWritten { get; set; }

    /// <summary>Whether a panel needs the extension for streams, or has it.</summary>
    public bool WithStream { get; set; }

    /// <summary>Sees to it that htmx's extension for streams is there before the element that needs it.</summary>
    /// <returns>What must stand before the element; null where nothing must.</returns>
    public IHtmlContent? NeedStream(HttpContext context, string script)
    {
        var missing = AreWritten && !WithStream;
        WithStream = true;
        return missing ? ChatMarkup.Script(context, script) : null;
    }

    public static PageScripts Of(HttpContext context)
    {
        if (context.Features.Get<PageScripts>() is { } known)
        {
            return known;
        }

        var scripts = new PageScripts();
        context.Features.Set(scripts);
        return scripts;
    }
}
