namespace Pipulate.Tests;

/// <summary>The collection of the tests that measure the whole process: they run after all others, one by one.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class MeasuredAlone
{
    public const string Name = "Measured alone";
}
