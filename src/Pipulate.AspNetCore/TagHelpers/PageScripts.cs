using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Razor.TagHelpers;

namespace Pipulate.TagHelpers;

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
    public void NeedStream(HttpContext context, TagHelperOutput element, string script)
    {
        if (AreWritten && !WithStream)
        {
            element.PreElement.AppendHtml(ChatMarkup.Script(context, script));
        }

        WithStream = true;
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
