using System.Reflection;
using Pipulate.Tests;
using Xunit.Sdk;
using Xunit.v3;

namespace Pipulate.Browser.Hosting;

/// <summary>
/// Runs a test on htmx 2 and on htmx 4; by default (<see cref="Exhaustive"/>) on one of them, which one the name of the test decides.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class OnBothVersionsAttribute : DataAttribute
{
    public override ValueTask<IReadOnlyCollection<ITheoryDataRow>> GetData(MethodInfo testMethod, DisposalTracker disposalTracker) =>
        ValueTask.FromResult<IReadOnlyCollection<ITheoryDataRow>>(
            [.. VersionsOf(testMethod).Select(version => new TheoryDataRow(version))]);

    internal static IReadOnlyList<HtmxVersion> VersionsOf(MethodInfo testMethod)
    {
        HtmxVersion[] all = [HtmxVersion.V2, HtmxVersion.V4];
        return Exhaustive.IsFull ? all : [all[testMethod.Name.Sum(letter => letter) % 2]];
    }

    public override bool SupportsDiscoveryEnumeration() => true;
}
