using System.Globalization;

namespace Pipulate.FakeOllama.Library;

/// <summary>Turns "3.2B" back into a number.</summary>
internal static class ParameterCount
{
    public static long Parse(string size)
    {
        var factor = size.LastOrDefault() switch { 'K' => 1e3, 'M' => 1e6, 'B' => 1e9, 'T' => 1e12, _ => 1 };
        return double.TryParse(size.TrimEnd('K', 'M', 'B', 'T'), CultureInfo.InvariantCulture, out var number)
            ? (long)(number * factor)
            : 0;
    }
}
