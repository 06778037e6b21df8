using System.Collections.Concurrent;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Pipulate.Architecture.Rooms;
using Pipulate.Architecture.Sources;

namespace Pipulate.Architecture.Rules;

/// <summary>Finds the references from a room to another that the table does not allow.</summary>
internal static class ReferenceRule
{
    public static IEnumerable<Violation> Check(CompiledPackage package)
    {
        // A Compilation is immutable, and each file has a model of its own: the files are independent of each other.
        var found = new ConcurrentBag<(Room From, Room To, string Type, string Place)>();
        Parallel.ForEach(package.Files.Where(file => file.Room is not null), file =>
        {
            foreach (var reference in ForbiddenOf(package, file))
            {
                found.Add(reference);
            }
        });
        return found.GroupBy(one => (one.From, one.To, one.Type)).Select(group => new Violation(
            "reference", $"{package.Package.Name}/{group.Key.From.Title}", $"{group.Key.To.Title}: {group.Key.Type}", 0,
            [.. group.Select(one => one.Place).Distinct().Order(StringComparer.Ordinal)]));
    }

    private static IEnumerable<(Room From, Room To, string Type, string Place)> ForbiddenOf(CompiledPackage package, SourceFile file)
    {
        var model = package.Compilation.GetSemanticModel(file.Tree);
        var from = file.Room!;
        var allowed = package.Package.ReferencesOf(from).Append(from).ToHashSet();
        foreach (var node in file.Tree.GetRoot().DescendantNodes())
        {
            if (node is not (SimpleNameSyntax or BaseObjectCreationExpressionSyntax) || TypeOf(model, node) is not { } type)
            {
                continue;
            }

            var rooms = RoomsOf(package, type);
            foreach (var to in rooms.Contains(from) ? [] : rooms.Where(room => !allowed.Contains(room)))
            {
                yield return (from, to, type.Name, $"{file.Path}:{node.GetLocation().GetLineSpan().StartLinePosition.Line + 1}");
            }
        }
    }

    /// <summary>Gets the rooms that a type is declared in. A type of another assembly, or of a file without a room, has none.</summary>
    public static IReadOnlyList<Room> RoomsOf(CompiledPackage package, INamedTypeSymbol type) =>
    [
        .. type.DeclaringSyntaxReferences
            .Select(declaration => package.FileOf.GetValueOrDefault(declaration.SyntaxTree)?.Room)
            .OfType<Room>()
            .Distinct(),
    ];

    /// <summary>Gets the outermost type that a name stands for or that declares the member it stands for.</summary>
    private static INamedTypeSymbol? TypeOf(SemanticModel model, SyntaxNode node)
    {
        var info = model.GetSymbolInfo(node);
        var symbol = info.Symbol ?? info.CandidateSymbols.FirstOrDefault();
        var type = symbol switch
        {
            INamedTypeSymbol named => named,
            IMethodSymbol or IPropertySymbol or IFieldSymbol or IEventSymbol => symbol.ContainingType,
            _ => null,
        };
        while (type?.ContainingType is { } outer)
        {
            type = outer;
        }

        return type?.OriginalDefinition;
    }
}
