namespace Pipulate.Storage;

/// <summary>
/// Represents a piece of an entry's text and where it belongs.
/// </summary>
/// <param name="Epoch">The version of the text.</param>
/// <param name="Offset">Where the piece begins in it, in UTF-16 units; not inside a surrogate pair.</param>
/// <param name="Text">The piece.</param>
/// <remarks>
/// Stores and nodes apply pieces by one rule, <see cref="Fit"/>, so a piece that arrives twice, late or again after an error does no harm.
/// </remarks>
public readonly record struct TextPiece(int Epoch, int Offset, string Text)
{
    /// <summary>
    /// Finds what of the piece is missing at the end of a text. Stores call it.
    /// </summary>
    /// <param name="epoch">The version of the stored text.</param>
    /// <param name="length">The length of the stored text, in UTF-16 units.</param>
    /// <param name="missing">
    /// What is to be appended. If the piece is of a later version, this is the whole text, and replaces the stored one.
    /// </param>
    /// <returns>
    /// <see cref="AppendOutcome.Taken"/>, <see cref="AppendOutcome.Gap"/> or <see cref="AppendOutcome.Outdated"/>.
    /// <paramref name="missing"/> is empty with the latter two.
    /// </returns>
    public AppendOutcome Fit(int epoch, int length, out string missing)
    {
        missing = "";
        if (Epoch < epoch)
        {
            return AppendOutcome.Outdated;
        }

        var there = Epoch > epoch ? 0 : length;
        if (Offset > there)
        {
            return AppendOutcome.Gap;
        }

        var known = there - Offset;
        missing = known < Text.Length ? Text[known..] : "";
        return AppendOutcome.Taken;
    }
}
