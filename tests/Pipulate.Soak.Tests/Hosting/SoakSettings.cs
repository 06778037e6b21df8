using System.Globalization;
using Pipulate.Tests;

namespace Pipulate.Soak.Hosting;

/// <summary>How long and how large a soak is. Short with <c>dotnet test</c>; the environment makes it a real one.</summary>
internal sealed record SoakSettings(TimeSpan Duration, int Pages, int Stalled, int Seed)
{
    /// <summary>Pages that show one conversation, as tabs of one visitor.</summary>
    public const int Tabs = 8;

    public static SoakSettings FromEnvironment() => new(
        TimeSpan.FromSeconds(Read("PIPULATE_SOAK_SECONDS", 10)),
        Read("PIPULATE_SOAK_CONNECTIONS", Exhaustive.Count(full: 200, quick: 100)),
        Read("PIPULATE_SOAK_STALLED", 20),
        Read("PIPULATE_SOAK_SEED", 4711));

    public int Conversations => Math.Max(1, Pages / Tabs);

    /// <summary>
    /// Between two words of an answer. A thousand pages are read by the process that serves them; they get as many frames in all as a few
    /// hundred.
    /// </summary>
    public TimeSpan Pace => TimeSpan.FromMilliseconds(Pages > 400 ? 200 : 60);

    /// <summary>How long a page is left alone, at most: in a short soak faults come quickly.</summary>
    public TimeSpan Calm { get; init; } = TimeSpan.FromSeconds(Math.Clamp(Duration.TotalSeconds / 5, 2, 60));

    /// <summary><c>Limits:Send</c>.</summary>
    public TimeSpan SendLimit => TimeSpan.FromSeconds(Math.Clamp(Duration.TotalSeconds / 10, 1, 10));

    /// <summary>A seed for one of the many that act by chance; the same in every process.</summary>
    public int SeedFor(int first, int second = 0) => unchecked((((Seed * 31) + first) * 31) + second);

    private static int Read(string name, int otherwise) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;
}
