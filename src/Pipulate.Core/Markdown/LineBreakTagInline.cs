using Markdig.Helpers;
using Markdig.Syntax.Inlines;

namespace Pipulate.Markdown;

/// <summary>Represents a <c>&lt;br&gt;</c>: a line break in the cell of a table, which can have no other, and text elsewhere.</summary>
internal sealed class LineBreakTagInline : LeafInline
{
    public required StringSlice Source { get; init; }
}
