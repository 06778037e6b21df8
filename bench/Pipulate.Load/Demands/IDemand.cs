namespace Pipulate.Load.Demands;

/// <summary>One thing that is demanded, D1 to D10 of the list in <c>bench/README.md</c>.</summary>
internal interface IDemand
{
    string Id { get; }

    Task<IReadOnlyList<Finding>> MeasureAsync(LoadRun run);
}
