using System.Reflection;
using Xunit.Sdk;
using Xunit.v3;

namespace Pipulate.Browser.Hosting;

/// <summary>Runs a test on htmx 2 and on htmx 4.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class OnBothVersionsAttribute : DataAttribute
{
    public override ValueTask<IReadOnlyCollection<ITheoryDataRow>> GetData(MethodInfo testMethod, DisposalTracker disposalTracker) =>
        ValueTask.FromResult<IReadOnlyCollection<ITheoryDataRow>>([new TheoryDataRow(HtmxVersion.V2), new TheoryDataRow(HtmxVersion.V4)]);

    public override bool SupportsDiscoveryEnumeration() => true;
}
