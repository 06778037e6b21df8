using Markdig.Helpers;
using Markdig.Syntax.Inlines;

namespace Pipulate.Markdown;

/// <summary>Represents LaTeX in a paragraph: its source to the letter, with its delimiters.</summary>
internal sealed class FormulaInline : LeafInline
{
    public required StringSlice Source { get; init; }
}
