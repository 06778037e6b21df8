using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Microsoft.CodeAnalysis;
using Pipulate.Architecture.Sources;

namespace Pipulate.Architecture.Pages;

/// <summary>Writes the table of public types for docs/packages.md: each with the first sentence of its summary.</summary>
internal static partial class PublicTypesPage
{
    public static string Write()
    {
        var page = new StringBuilder();
        foreach (var package in CompiledPackage.All.Take(2))
        {
            page.Append("### `").Append(package.Package.Name).Append("`\n\n| type | |\n|---|---|\n");
            foreach (var type in package.Types.Where(IsPublic).OrderBy(NameOf, StringComparer.Ordinal))
            {
                page.Append("| `").Append(NameOf(type)).Append("` | ").Append(SummaryOf(type)).Append(" |\n");
            }

            page.Append('\n');
        }

        return page.ToString().TrimEnd('\n') + "\n";
    }

    private static bool IsPublic(INamedTypeSymbol type) =>
        type.DeclaredAccessibility == Accessibility.Public && (type.ContainingType is not { } outer || IsPublic(outer));

    private static string NameOf(INamedTypeSymbol type) => type.ToDisplayString(SymbolDisplayFormat.MinimallyQualifiedFormat);

    private static string SummaryOf(INamedTypeSymbol type)
    {
        var xml = type.GetDocumentationCommentXml(cancellationToken: TestContext.Current.CancellationToken);
        var summary = string.IsNullOrEmpty(xml) ? null : XElement.Parse(xml).Element("summary");
        var text = summary is null ? "" : Spaces().Replace(string.Concat(summary.Nodes().Select(Write)), " ").Trim();
        return Sentence().Match(text).Value.Replace("|", "\\|", StringComparison.Ordinal);
    }

    private static string Write(XNode node) => node switch
    {
        XText text => text.Value,
        XElement { Name.LocalName: "c" } code => $"`{code.Value}`",
        XElement element when element.Attribute("langword") is { } word => $"`{word.Value}`",
        XElement element when element.Attribute("cref") is { } reference => $"`{reference.Value[2..].Split('(')[0].Split('.')[^1]}`",
        XElement element => string.Concat(element.Nodes().Select(Write)),
        _ => "",
    };

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();

    [GeneratedRegex(@"^.*?(?=[.:](\s|$)|$)")]
    private static partial Regex Sentence();
}
