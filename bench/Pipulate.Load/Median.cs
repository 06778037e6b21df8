using System.Globalization;

namespace Pipulate.Load;

/// <summary>The figures of several rounds.</summary>
internal sealed class Median
{
    private readonly List<double> _values = [];

    public double Value => _values.Order().ElementAt(_values.Count / 2);

    public void Add(double value) => _values.Add(value);

    public string Text(string unit = "") => string.Create(
        CultureInfo.InvariantCulture, $"{Short(Value)}{unit} ({Short(_values.Min())} to {Short(_values.Max())})");

    private static string Short(double value) =>
        value.ToString(Math.Abs(value) >= 100 ? "F0" : Math.Abs(value) >= 1 ? "F1" : "F3", CultureInfo.InvariantCulture);
}
