using System.Globalization;
using Pipulate.Tests;

namespace Pipulate.Soak.Chaos;

/// <summary>How long and how large the chaos is. Short with <c>dotnet test</c>; the environment makes it a real one.</summary>
internal sealed record ChaosSettings(TimeSpan Duration, int Pages, int Seed)
{
    /// <summary>Tabs of one person.</summary>
    public const int Tabs = 4;

    public int People => Math.Max(1, Pages / Tabs);

    /// <summary>How long a page is left alone, at most.</summary>
    public TimeSpan Calm { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>How long a person does nothing, at most.</summary>
    public TimeSpan Thought { get; init; } = TimeSpan.FromSeconds(12);

    /// <summary>How long all goes well with the server, the model and the store, at most.</summary>
    public TimeSpan Peace { get; init; } = TimeSpan.FromSeconds(15);

    public static ChaosSettings FromEnvironment() => new(
        TimeSpan.FromMinutes(Read("PIPULATE_CHAOS_MINUTES", Exhaustive.IsFull ? 1.5 : 0.5)),
        (int)Read("PIPULATE_CHAOS_PAGES", Exhaustive.Count(full: 200, quick: 80)),
        (int)Read("PIPULATE_CHAOS_SEED", Random.Shared.Next(1, 1_000_000)));

    /// <summary>Chance for one of the many that act by it; the same for the same seed.</summary>
    public Random ChanceFor(int first, int second = 0) => new(unchecked((((Seed * 31) + first) * 31) + second));

    private static double Read(string name, double otherwise) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } text ? double.Parse(text, CultureInfo.InvariantCulture) : otherwise;
}
