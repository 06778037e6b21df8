using System.Reflection;
using Pipulate.Tests;
using Xunit.Sdk;
using Xunit.v3;

namespace Pipulate.Browser.Hosting;

/// <summary>
/// Runs a test on htmx 2 and on htmx 4, each over a socket and over a stream; by default (<see cref="Exhaustive"/>) on htmx 2 over a stream
/// and on htmx 4 over a socket.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class OnBothTransportsAttribute : DataAttribute
{
    public override ValueTask<IReadOnlyCollection<ITheoryDataRow>> GetData(MethodInfo testMethod, DisposalTracker disposalTracker) =>
        ValueTask.FromResult<IReadOnlyCollection<ITheoryDataRow>>(
        [
            .. from version in (HtmxVersion[])[HtmxVersion.V2, HtmxVersion.V4]
               from transport in (string[])["ws", "sse"]
               where Exhaustive.IsFull || (version is HtmxVersion.V2) == (transport == "sse")
               select new TheoryDataRow(version, transport),
        ]);

    public override bool SupportsDiscoveryEnumeration() => true;
}
