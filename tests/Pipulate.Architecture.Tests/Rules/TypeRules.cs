using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Pipulate.Architecture.Sources;

namespace Pipulate.Architecture.Rules;

/// <summary>Checks where types stand, and how much a class asks for.</summary>
internal static class TypeRules
{
    private const int MostDependencies = 8;

    public static IEnumerable<Violation> Check(CompiledPackage package) =>
        [.. NoRoom(package), .. EmptyRooms(package), .. Misplaced(package), .. Split(package), .. Dependencies(package)];

    private static IEnumerable<Violation> NoRoom(CompiledPackage package) =>
        package.Files.Where(file => file.Room is null)
            .Select(file => new Violation("no room", file.Path, "its folder is not in the table"));

    private static IEnumerable<Violation> EmptyRooms(CompiledPackage package) =>
        package.Package.Rooms.Except(package.Files.Select(file => file.Room))
            .Select(room => new Violation("empty room", $"{package.Package.Name}/{room!.Title}", "no file stands in it"));

    /// <summary>Finds types whose file has another name: a file is called after its type, or after the type and the part of it.</summary>
    private static IEnumerable<Violation> Misplaced(CompiledPackage package) =>
        from file in package.Files
        from declaration in file.Tree.GetRoot().DescendantNodes(node => node is not BaseTypeDeclarationSyntax)
        let name = declaration switch
        {
            BaseTypeDeclarationSyntax type => type.Identifier.Text,
            DelegateDeclarationSyntax type => type.Identifier.Text,
            _ => file.Stem,
        }
        where name != file.Stem
        select new Violation("one type a file", file.Path, name);

    private static IEnumerable<Violation> Split(CompiledPackage package) =>
        from type in package.Types
        let rooms = ReferenceRule.RoomsOf(package, type)
        where rooms.Count > 1
        let titles = string.Join(", ", rooms.Select(room => room.Title).Order())
        select new Violation("type in several rooms", $"{package.Package.Name}/{type.Name}", titles);

    private static IEnumerable<Violation> Dependencies(CompiledPackage package) =>
        from type in package.Types
        where type is { TypeKind: TypeKind.Class, IsRecord: false } && !IsException(type)
        let most = type.InstanceConstructors.Select(constructor => constructor.Parameters.Length).DefaultIfEmpty().Max()
        where most > MostDependencies
        select new Violation("constructor", $"{package.Package.Name}/{type.Name}", "parameters", most);

    private static bool IsException(INamedTypeSymbol? type) =>
        type is not null && (type.ToDisplayString() == "System.Exception" || IsException(type.BaseType));
}
