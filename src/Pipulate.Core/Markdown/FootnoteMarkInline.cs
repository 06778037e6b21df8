using Markdig.Syntax.Inlines;

namespace Pipulate.Markdown;

/// <summary>Represents the mark that refers to a footnote.</summary>
internal sealed class FootnoteMarkInline(string label) : LeafInline
{
    public string Label { get; } = label;
}
