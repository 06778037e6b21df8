using Microsoft.AspNetCore.Html;
using Microsoft.AspNetCore.Http;

namespace Pipulate.Panel;

/// <summary>
/// What the page that is being rendered loads. A layout is rendered after its view, so a panel may come before the assets or behind them:
/// whichever comes second brings what is missing.
/// </summary>
internal sealed class PageScripts
{
    private Endpoint? _endpoint;
    private object? _panel;

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

    /// <summary>Takes the one place that a page has for a panel.</summary>
    /// <param name="owner">Who renders it; the same one may do so again, as a component does whose parent changes.</param>
    /// <returns>Whether no other has it.</returns>
    public bool TryClaimPanel(object owner) => ReferenceEquals(_panel ??= owner, owner);

    /// <summary>
    /// An error page that takes the place of another in the same request is a page of its own, and its endpoint is another.
    /// </summary>
    public static PageScripts Of(HttpContext context)
    {
        var endpoint = context.GetEndpoint();
        if (context.Features.Get<PageScripts>() is { } known && known._endpoint == endpoint)
        {
            return known;
        }

        var scripts = new PageScripts { _endpoint = endpoint };
        context.Features.Set(scripts);
        return scripts;
    }
}
