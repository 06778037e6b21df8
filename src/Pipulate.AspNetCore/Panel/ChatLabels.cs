using Microsoft.Extensions.Localization;

namespace Pipulate;

/// <summary>
/// Identifies the resource of the panel's labels. For an application with words of its own: register an <see cref="IStringLocalizer{T}"/>
/// of this type as a singleton. What it does not know is taken from the package, in English, German, Spanish or Chinese, as
/// <c>CurrentUICulture</c> says while the page is rendered. The keys are listed in docs/look.md.
/// </summary>
public sealed class ChatLabels
{
    private ChatLabels()
    {
    }
}
