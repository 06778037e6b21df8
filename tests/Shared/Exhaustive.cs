namespace Pipulate.Tests;

/// <summary>
/// Decides how much the tests repeat: by default a sample, so that they end soon, and everything where CI runs or
/// <c>PIPULATE_REQUIRE_ALL=1</c> asks for it. Tests that differ between the two carry <c>[Trait("Category", Exhaustive.Category)]</c>.
/// </summary>
internal static class Exhaustive
{
    /// <summary>The value of the trait <c>Category</c>.</summary>
    public const string Category = "Exhaustive";

    /// <summary>Gets a value indicating whether everything is run.</summary>
    public static bool IsFull { get; } =
        Environment.GetEnvironmentVariable("PIPULATE_REQUIRE_ALL") == "1"
        || string.Equals(Environment.GetEnvironmentVariable("CI"), "true", StringComparison.OrdinalIgnoreCase);

    /// <summary>Gets the number of repetitions.</summary>
    public static int Count(int full, int quick) => IsFull ? full : quick;

    /// <summary>
    /// Gets all cases, or by default as many of them as <paramref name="quick"/> says, spread evenly from the first to the last.
    /// </summary>
    public static IReadOnlyList<T> Cases<T>(IReadOnlyList<T> all, int quick) =>
        IsFull || all.Count <= quick
            ? all
            : [.. Enumerable.Range(0, quick).Select(number => all[number * (all.Count - 1) / Math.Max(1, quick - 1)])];

    /// <summary>Skips a test that repeats at length what others show, unless everything is run.</summary>
    public static void SkipByDefault() => Assert.SkipUnless(IsFull, "Runs in CI, or with PIPULATE_REQUIRE_ALL=1.");
}
