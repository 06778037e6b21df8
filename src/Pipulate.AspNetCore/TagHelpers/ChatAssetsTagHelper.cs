using Microsoft.AspNetCore.Mvc.Rendering;
using Microsoft.AspNetCore.Mvc.ViewFeatures;
using Microsoft.AspNetCore.Razor.TagHelpers;
using Microsoft.Extensions.DependencyInjection;

namespace Pipulate.TagHelpers;

/// <summary>
/// <c>&lt;chat-assets /&gt;</c> in the page's head: the panel's style, htmx of the configured version with its WebSocket extension, and the panel's script.
/// All of it comes from the application itself, so <c>Content-Security-Policy: default-src 'self'</c> is enough.
/// </summary>
[HtmlTargetElement("chat-assets", TagStructure = TagStructure.NormalOrSelfClosing)]
public sealed class ChatAssetsTagHelper : TagHelper
{
    private const string Root = "/_content/Pipulate.AspNetCore/";

    /// <summary>
    /// Gets or sets the view that the helper stands in; set by the framework.
    /// </summary>
    [HtmlAttributeNotBound]
    [ViewContext]
    public ViewContext ViewContext { get; set; } = null!;

    /// <summary>
    /// Gets or sets whether htmx itself and its settings are written. Switch it off when the page brings htmx and <c>ws</c> already.
    /// </summary>
    /// <value>The default is <see langword="true"/>.</value>
    public bool Htmx { get; set; } = true;

    /// <inheritdoc/>
    public override void Process(TagHelperContext context, TagHelperOutput output)
    {
        ArgumentNullException.ThrowIfNull(output);
        var http = ViewContext.HttpContext;
        var markup = http.RequestServices.GetRequiredService<ChatMarkup>();
        var versions = http.RequestServices.GetService<IFileVersionProvider>();
        output.TagName = null;

        var style = new TagBuilder("link") { TagRenderMode = TagRenderMode.SelfClosing };
        style.Attributes["rel"] = "stylesheet";
        style.Attributes["href"] = Address("pipulate.css");
        output.Content.AppendHtml(style);
        if (Htmx)
        {
            var config = new TagBuilder("meta") { TagRenderMode = TagRenderMode.SelfClosing };
            config.Attributes["name"] = "htmx-config";
            config.Attributes["content"] = markup.Config;
            output.Content.AppendHtml(config);
        }

        string[] scripts = Htmx ? [.. markup.HtmxScripts, "pipulate.js"] : ["pipulate.js"];
        foreach (var file in scripts)
        {
            var script = new TagBuilder("script");

            // Not deferred: htmx 4 begins at once when the page has been parsed, and with luck before a deferred extension is there.
            script.Attributes["src"] = Address(file);
            output.Content.AppendHtml(script);
        }

        string Address(string file)
        {
            var path = http.Request.PathBase.Add(Root + file).Value!;
            return versions?.AddFileVersionToPath(http.Request.PathBase, path) ?? path;
        }
    }
}
