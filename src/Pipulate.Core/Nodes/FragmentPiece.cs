namespace Pipulate.Nodes;

/// <summary>
/// A piece of a fragment that is on its way to the pages of other nodes. The pieces of one come in order, and nothing between them.
/// </summary>
/// <param name="Number">Tells the fragments of a node apart.</param>
/// <param name="Length">How long the whole is.</param>
/// <param name="Offset">Where the piece begins.</param>
/// <param name="Bytes">The piece.</param>
internal readonly record struct FragmentPiece(int Number, int Length, int Offset, byte[] Bytes);
