using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Pipulate.FakeOllama.Json;

/// <summary>Reads <c>keep_alive</c>: a number of seconds or a Go duration; negative is for ever.</summary>
internal static partial class GoDuration
{
    public static readonly TimeSpan Default = TimeSpan.FromMinutes(5);
    public static readonly TimeSpan ForEver = TimeSpan.FromDays(100_000);

    public static TimeSpan Read(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.Undefined or JsonValueKind.Null => Default,
        JsonValueKind.Number => FromSeconds(json.GetDouble()),
        JsonValueKind.String => Parse(json.GetString()!),
        _ => throw new RefusedException(400, $"Unsupported type: '{json.KindName()}'"),
    };

    private static TimeSpan Parse(string text)
    {
        if (Whole().Match(text) is not { Success: true } match)
        {
            throw new RefusedException(400, $"time: invalid duration \"{text}\"");
        }

        var seconds = match.Groups["part"].Captures.Sum(part => Seconds(part.Value));
        return FromSeconds(text.StartsWith('-') ? -seconds : seconds);
    }

    private static TimeSpan FromSeconds(double seconds) =>
        seconds < 0 || seconds > ForEver.TotalSeconds ? ForEver : TimeSpan.FromSeconds(seconds);

    private static double Seconds(string part)
    {
        var unit = part.TrimStart([.. "0123456789."]);
        var number = double.Parse(part[..^unit.Length], CultureInfo.InvariantCulture);
        return number * unit switch { "h" => 3600, "m" => 60, "s" => 1, "ms" => 1e-3, "ns" => 1e-9, _ => 1e-6 };
    }

    [GeneratedRegex(@"^[+-]?(?:0|(?<part>(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|ms|s|m|h))+)$", RegexOptions.CultureInvariant)]
    private static partial Regex Whole();
}
