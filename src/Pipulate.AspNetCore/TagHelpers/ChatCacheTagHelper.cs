using Microsoft.AspNetCore.Razor.TagHelpers;
using Pipulate.Security;

namespace Pipulate.TagHelpers;

/// <summary>
/// Checks <c>&lt;cache&gt;</c> and <c>&lt;distributed-cache&gt;</c>: a chat panel inside one would show a visitor's conversation to the
/// next visitor, so rendering the page fails with an error, and nothing of it is cached.
/// </summary>
/// <remarks>
/// Works in views that have <c>@addTagHelper *, Pipulate.AspNetCore</c>. It writes nothing and costs nothing where no panel is inside.
/// </remarks>
[HtmlTargetElement("cache")]
[HtmlTargetElement("distributed-cache")]
public sealed class ChatCacheTagHelper : TagHelper
{
    /// <summary>
    /// Gets or sets a value indicating whether the element caches its content, as its own helper reads it.
    /// </summary>
    /// <value>The default is <see langword="true"/>.</value>
    public bool Enabled { get; set; } = true;

    /// <inheritdoc/>
    public override int Order => int.MinValue;

    /// <inheritdoc/>
    public override void Process(TagHelperContext context, TagHelperOutput output)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(output);
        if (Enabled)
        {
            CachedFragment.Begin(context, output);
        }
    }
}
