using Microsoft.AspNetCore.Razor.TagHelpers;

namespace Pipulate.Security;

/// <summary>
/// Knows whether what is being rendered goes into a <c>&lt;cache&gt;</c> or <c>&lt;distributed-cache&gt;</c> of the page, also from a
/// partial view or a component in it. The open element flows with the asynchronous calls, and ends with the page that set it, whether that
/// completes or fails.
/// </summary>
internal static class CachedFragment
{
    private static readonly AsyncLocal<Fragment?> Innermost = new();

    /// <summary>Gets a value indicating whether a cached element is being rendered.</summary>
    public static bool IsBeingMade => FindOpen() is not null;

    /// <summary>Enters the element, which is left when its own helper has set its content.</summary>
    public static void Begin(TagHelperContext context, TagHelperOutput output) =>
        Innermost.Value = new Fragment(context, context.UniqueId, output, FindOpen());

    private static Fragment? FindOpen()
    {
        var fragment = Innermost.Value;
        while (fragment is { IsOpen: false })
        {
            fragment = fragment.Outer;
        }

        return fragment;
    }

    /// <summary>Represents an element; Razor gives the same two objects to the next one when it is done with it.</summary>
    private sealed record Fragment(TagHelperContext Context, string Id, TagHelperOutput Output, Fragment? Outer)
    {
        public bool IsOpen => Context.UniqueId == Id && !Output.IsContentModified;
    }
}
