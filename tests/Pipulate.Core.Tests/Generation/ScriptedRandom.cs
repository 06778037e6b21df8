namespace Pipulate.Tests.Generation;

/// <summary>Draws what it is told, and the middle where it is told nothing.</summary>
internal sealed class ScriptedRandom : Random
{
    public Queue<double> Draws { get; } = new();

    public override double NextDouble() => Draws.TryDequeue(out var draw) ? draw : 0.5;
}
