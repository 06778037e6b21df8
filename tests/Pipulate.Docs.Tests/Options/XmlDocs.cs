using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Pipulate.Docs.Options;

/// <summary>What the XML documentation says of a property, as a line of Markdown.</summary>
internal static partial class XmlDocs
{
    private static readonly Dictionary<string, XElement> Members = XDocument
        .Load(Path.Combine(AppContext.BaseDirectory, "Pipulate.Core.xml"))
        .Descendants("member").ToDictionary(member => member.Attribute("name")!.Value);

    public static string Summary(PropertyInfo property) => Read(property, "summary");

    public static string Value(PropertyInfo property) => Read(property, "value");

    public static string Remarks(PropertyInfo property) => Read(property, "remarks");

    private static string Read(PropertyInfo property, string element) =>
        Members.TryGetValue($"P:{property.DeclaringType!.FullName}.{property.Name}", out var member) && member.Element(element) is { } found
            ? Spaces().Replace(string.Concat(found.Nodes().Select(Write)), " ").Trim()
            : "";

    private static string Write(XNode node) => node switch
    {
        XText text => text.Value.Replace("|", "\\|", StringComparison.Ordinal),
        XElement { Name.LocalName: "c" } code => $"`{code.Value}`",
        XElement { Name.LocalName: "see" } see when see.Attribute("langword") is { } word => $"`{word.Value}`",
        XElement { Name.LocalName: "see" } see => $"`{NameOf(see.Attribute("cref")!.Value)}`",
        XElement { Name.LocalName: "paramref" } name => $"`{name.Attribute("name")!.Value}`",
        XElement other => string.Concat(other.Nodes().Select(Write)),
        _ => "",
    };

    /// <summary>The last part of a reference, and of a value of an enum its type too: <c>HtmxVersion.V2</c>.</summary>
    private static string NameOf(string reference)
    {
        var parts = reference[2..].Split('(')[0].Split('.');
        return reference.StartsWith("F:", StringComparison.Ordinal) || reference.StartsWith("M:", StringComparison.Ordinal)
            ? string.Join('.', parts[^2..])
            : parts[^1];
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}
