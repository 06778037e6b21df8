using Microsoft.CodeAnalysis;
using Pipulate.Architecture.Rooms;

namespace Pipulate.Architecture.Sources;

/// <summary>Represents a parsed file of a package.</summary>
/// <param name="Path">The path from the root of the repository.</param>
/// <param name="Room">The room it stands in, if any.</param>
/// <param name="Tree">The parsed text.</param>
internal sealed record SourceFile(string Path, Room? Room, SyntaxTree Tree)
{
    /// <summary>Gets the file's name up to its first dot: the name of the type that stands in it.</summary>
    public string Stem => System.IO.Path.GetFileName(Path).Split('.')[0];
}
