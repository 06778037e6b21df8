using System.Runtime.CompilerServices;

namespace Pipulate.Tests;

/// <summary>Waits for what no event announces.</summary>
internal static class Eventually
{
    /// <summary>Looks until a condition holds; fails after the one timeout, and says which condition it waited for.</summary>
    /// <param name="condition">Called every few milliseconds, by one thread at a time.</param>
    /// <param name="expression">The condition as it is written in the test; the compiler passes it.</param>
    public static async Task TrueAsync(Func<bool> condition, [CallerArgumentExpression(nameof(condition))] string expression = "")
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TestTime.Timeout);
        using var look = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        try
        {
            while (!condition())
            {
                await look.WaitForNextTickAsync(limit.Token);
            }
        }
        catch (OperationCanceledException)
            when (limit.IsCancellationRequested && !TestContext.Current.CancellationToken.IsCancellationRequested)
        {
            Assert.Fail($"Waited {TestTime.Timeout.TotalSeconds:0} s, and this did not become true: {expression}");
        }
    }
}
