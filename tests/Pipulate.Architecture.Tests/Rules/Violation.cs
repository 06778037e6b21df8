using System.Globalization;

namespace Pipulate.Architecture.Rules;

/// <summary>Represents one place that does not keep a rule.</summary>
/// <param name="Rule">The rule's name.</param>
/// <param name="Where">The room or file.</param>
/// <param name="What">The type, or what is counted.</param>
/// <param name="Count">How much of it there is, where a rule counts; else 0.</param>
/// <param name="Details">The places to look at, for people.</param>
internal sealed record Violation(string Rule, string Where, string What, int Count = 0, params IReadOnlyList<string> Details)
{
    /// <summary>Gets what the violation is known by while its count changes.</summary>
    public string Key => $"{Rule}: {Where} → {What}";

    /// <summary>Gets its line in the list.</summary>
    public string Line => Count == 0 ? Key : $"{Key}: {Count.ToString(CultureInfo.InvariantCulture)}";

    /// <summary>Reads the key and the count of a line.</summary>
    public static (string Key, int Count) Parse(string line)
    {
        var colon = line.LastIndexOf(": ", StringComparison.Ordinal);
        return int.TryParse(line[(colon + 2)..], NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            ? (line[..colon], count)
            : (line, 0);
    }
}
