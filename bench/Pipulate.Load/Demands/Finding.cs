namespace Pipulate.Load.Demands;

/// <summary>A line of the table.</summary>
/// <param name="What">What was compared with what.</param>
/// <param name="Measured">The figures.</param>
/// <param name="Demand">What they should be.</param>
/// <param name="Met">Whether they are; null where nothing is demanded.</param>
internal sealed record Finding(string What, string Measured, string Demand = "", bool? Met = null)
{
    public static Finding AtMost(string what, Median median, double most, string unit = "") =>
        new(what, median.Text(unit), $"≤ {most.ToString(System.Globalization.CultureInfo.InvariantCulture)}{unit}", median.Value <= most);
}
