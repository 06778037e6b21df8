using System.Text;
using Markdig;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;
using Pipulate.Tests;

namespace Pipulate.Docs;

/// <summary>A page of the documentation, as its readers get it.</summary>
/// <param name="Path">Where it is, from the root of the repository, such as <c>docs/look.md</c>.</param>
internal sealed record DocsPage(string Path)
{
    private readonly MarkdownDocument _document = Read(Path);

    /// <summary>All that people read. What is built or fetched is not theirs.</summary>
    public static IReadOnlyList<DocsPage> All { get; } =
    [
        .. Directory.EnumerateFiles(Repository.Root, "*.md", SearchOption.AllDirectories)
            .Select(file => System.IO.Path.GetRelativePath(Repository.Root, file).Replace('\\', '/'))
            .Where(file => !file.Split('/').Any(
                folder => folder is "artifacts" or "node_modules" or "bin" or "obj" || (folder.StartsWith('.') && folder is not ".github")))
            .Order(StringComparer.Ordinal)
            .Select(file => new DocsPage(file)),
    ];

    public IEnumerable<CodeBlock> Blocks => _document
        .Descendants<FencedCodeBlock>()
        .Select(block => new CodeBlock(Path, block.Line + 2, block.Info ?? "", block.Lines.ToString()));

    public IEnumerable<string> Links => _document.Descendants<LinkInline>().Select(link => link.Url ?? "");

    /// <summary>What is written as code within a sentence or a table.</summary>
    public IEnumerable<string> Names => _document.Descendants<CodeInline>().Select(code => code.Content);

    /// <summary>What a link may point to in it, as GitHub names it.</summary>
    public IEnumerable<string> Anchors => _document.Descendants<HeadingBlock>().Select(heading => Anchor(TextOf(heading.Inline!)));

    public override string ToString() => Path;

    private static MarkdownDocument Read(string path)
    {
        var pipeline = new MarkdownPipelineBuilder().UsePipeTables().UsePreciseSourceLocation().Build();
        var document = Markdig.Markdown.Parse(File.ReadAllText(System.IO.Path.Combine(Repository.Root, path)), pipeline);

        // The parser makes the text of a code when it is first read, and not safely: here, before tests read it side by side.
        foreach (var code in document.Descendants<CodeInline>())
        {
            _ = code.Content;
        }

        return document;
    }

    private static string TextOf(ContainerInline inline) => string.Concat(inline.Descendants().Select(part => part switch
    {
        LiteralInline text => text.Content.ToString(),
        CodeInline code => code.Content,
        _ => "",
    }));

    private static string Anchor(string heading)
    {
        var anchor = new StringBuilder();
        foreach (var character in heading.ToLowerInvariant())
        {
            if (char.IsLetterOrDigit(character) || character is '-' or '_')
            {
                anchor.Append(character);
            }
            else if (character == ' ')
            {
                anchor.Append('-');
            }
        }

        return anchor.ToString();
    }
}
