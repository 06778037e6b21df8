using Microsoft.CodeAnalysis;
using Pipulate.Architecture.Pages;
using Pipulate.Architecture.Rooms;
using Pipulate.Architecture.Rules;
using Pipulate.Architecture.Sources;
using Pipulate.Tests;

namespace Pipulate.Architecture;

/// <summary>Tests that the folders of <c>src</c> are rooms, which refer only to the rooms in their row of the table.</summary>
public sealed class ArchitectureTests
{
    /// <summary>With <c>PIPULATE_ROOMS=1</c> all violations, listed or not, are written to artifacts/rooms.txt with their places.</summary>
    [Fact]
    public void Violations_ComparedWithTheList_AreNoMore()
    {
        IReadOnlyList<Violation> found =
        [
            .. CompiledPackage.All.SelectMany(package => ReferenceRule.Check(package).Concat(TypeRules.Check(package))),
            .. LengthRules.Check(),
        ];
        if (Environment.GetEnvironmentVariable("PIPULATE_ROOMS") == "1")
        {
            File.WriteAllText(Path.Combine(Repository.Root, "artifacts", "rooms.txt"), ViolationList.Report(found));
        }

        if (Update.IsAsked)
        {
            ViolationList.Write(found);
        }

        var differences = ViolationList.Compare(ViolationList.Read(), found);
        Assert.True(differences.Length == 0, differences);
    }

    /// <summary>A name that does not compile stands for nothing, and would hide a reference.</summary>
    [Fact]
    public void Compilation_OfEachPackage_HasNoErrors() =>
        Assert.Empty(
            from package in CompiledPackage.All
            from diagnostic in package.Compilation.GetDiagnostics(TestContext.Current.CancellationToken)
            where diagnostic.Severity == DiagnosticSeverity.Error
            select diagnostic.ToString());

    [Fact]
    public void Table_OfRooms_HasNoCycle() => Assert.All(Packages.All, package => Assert.All(package.Rooms, room => package.LevelOf(room)));

    [Fact]
    public void Packages_OfSrc_AreAllInTheTable() =>
        Assert.Equal(
            Directory.EnumerateDirectories(Path.Combine(Repository.Root, "src")).Select(folder => Path.GetFileName(folder)).Order(),
            Packages.All.Select(package => package.Name).Order());

    [Fact]
    public void ConceptsPage_ItsRooms_AreThoseOfTheTable() => new MarkedSection("docs/concepts.md", "rooms").AssertIs(RoomsPage.Write());

    [Fact]
    public void PackagesPage_ItsTypes_AreThePublicOnes() =>
        new MarkedSection("docs/packages.md", "public types").AssertIs(PublicTypesPage.Write());
}
