namespace Pipulate.Nodes;

/// <summary>
/// Represents a piece of a fragment that a node sends to the connections of others. The pieces of a fragment come in order, without
/// other fragments between them.
/// </summary>
/// <param name="Number">Identifies the fragment among those of its node.</param>
/// <param name="Length">The length of the whole fragment.</param>
/// <param name="Offset">Where the piece begins.</param>
/// <param name="Bytes">The piece.</param>
internal readonly record struct FragmentPiece(int Number, int Length, int Offset, byte[] Bytes);
