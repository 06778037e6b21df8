using Pipulate.Tests;

namespace Pipulate.Stores;

/// <summary>The tests' own backplane keeps to the rules too.</summary>
public sealed class InProcessBackplaneTests : BackplaneContract
{
    private readonly InProcessBackplane.Hub _hub = new();

    protected override ValueTask<IPipulateBackplane> JoinAsync() => new(new InProcessBackplane(_hub));

    protected override ValueTask BreakAsync()
    {
        _hub.Cut();
        _hub.Mend();
        return default;
    }
}
