namespace Pipulate.Soak.Chaos;

internal static class Chance
{
    /// <summary>A time from a twentieth of the longest one to all of it.</summary>
    public static TimeSpan Time(this Random random, TimeSpan most) => most * (0.05 + (0.95 * random.NextDouble()));
}
