using Markdig.Parsers;
using Markdig.Syntax;

namespace Pipulate.Markdown;

/// <summary>Represents what a footnote says, where it stands in the text.</summary>
internal sealed class FootnoteBlock(BlockParser parser, string label) : ContainerBlock(parser)
{
    public string Label { get; } = label;
}
