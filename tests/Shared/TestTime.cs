namespace Pipulate.Tests;

/// <summary>The one waiting limit of all tests: long enough for a loaded machine, short enough to see a hang.</summary>
internal static class TestTime
{
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(20);
}
