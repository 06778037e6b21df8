using Microsoft.AspNetCore.Html;
using Microsoft.AspNetCore.Http;

namespace Pipulate.Panel;

/// <summary>
/// Tracks what the page that is being rendered loads. A layout is rendered after its view, so a panel may come before the assets or behind
/// them: whichever comes second brings what is missing.
/// </summary>
internal sealed class PageScripts
{
    private Endpoint? _endpoint;
    private object? _panel;

    /// <summary>Gets or sets a value indicating whether the assets are written.</summary>
    public bool AreWritten { get; set; }

    /// <summary>Gets or sets a value indicating whether a panel needs the extension for streams, or has it.</summary>
    public bool WithStream { get; set; }

    /// <summary>Ensures that htmx's extension for streams comes before the element that needs it.</summary>
    /// <returns>What must be written before the element; null where nothing must.</returns>
    public IHtmlContent? NeedStream(HttpContext context, string script)
    {
        var missing = AreWritten && !WithStream;
        WithStream = true;
        return missing ? ChatMarkup.Script(context, script) : null;
    }

    /// <summary>Claims the only panel that a page may have.</summary>
    /// <param name="owner">The renderer; the same one may claim it again, as a component does when its parent changes.</param>
    /// <returns>Whether no other renderer has it.</returns>
    public bool TryClaimPanel(object owner) => ReferenceEquals(_panel ??= owner, owner);

    /// <summary>
    /// Gets the scripts of the page. An error page that takes the place of another in the same request is a page of its own, and its
    /// endpoint is another.
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
