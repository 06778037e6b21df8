namespace Pipulate.Tests;

/// <summary>
/// The computer's clock, whose date somebody sets while the programs run. What is measured goes on as before, as it does there.
/// </summary>
internal sealed class LeapingTime : TimeProvider
{
    private long _leapt;

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + TimeSpan.FromTicks(Interlocked.Read(ref _leapt));

    public void Leap(TimeSpan time) => Interlocked.Add(ref _leapt, time.Ticks);
}
