using Markdig.Parsers;
using Markdig.Syntax;

namespace Pipulate.Markdown;

/// <summary>Represents LaTeX that has lines of its own, with those of its delimiters.</summary>
internal sealed class FormulaBlock(BlockParser parser, string end) : LeafBlock(parser)
{
    public string End { get; } = end;
}
