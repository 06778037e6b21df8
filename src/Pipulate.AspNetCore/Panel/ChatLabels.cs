using Microsoft.Extensions.Localization;

namespace Pipulate;

/// <summary>
/// Represents the panel's labels, for an application with texts of its own: register an <see cref="IStringLocalizer{T}"/> of this type as a
/// singleton. Texts that it lacks come from the package, in English, German, Spanish or Chinese, by the <c>CurrentUICulture</c> while the
/// page is rendered. The keys are listed in docs/look.md.
/// </summary>
public sealed class ChatLabels
{
    private ChatLabels()
    {
    }
}
