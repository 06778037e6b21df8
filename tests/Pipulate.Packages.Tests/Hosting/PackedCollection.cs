namespace Pipulate.Packages.Hosting;

/// <summary>What builds with the packed packages does it one after the other: a build takes all cores that there are.</summary>
[CollectionDefinition(Name)]
public sealed class PackedCollection : ICollectionFixture<PackedPackages>
{
    public const string Name = "Packed packages";
}
