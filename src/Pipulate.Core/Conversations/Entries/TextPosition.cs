
namespace Pipulate.Conversations.Entries;

/// <summary>Represents how much of a growing text a connection has.</summary>
/// <param name="Tails">The tail that it has; 0 while no block of the text has ended, and always for plain text.</param>
/// <param name="Blocks">How many bytes of the blocks that have ended.</param>
/// <param name="Tail">How many bytes of the tail, or of plain text.</param>
internal readonly record struct TextPosition(int Tails, int Blocks, int Tail)
{
    public static TextPosition Of(ConversationEntry entry) => entry.Markdown is { } markdown
        ? new TextPosition(markdown.Tails, markdown.Blocks.Length, markdown.Tail.Length)
        : new TextPosition(0, 0, entry.Text.EncodedLength);

    /// <summary>Gets how many bytes bring a connection here from an earlier position.</summary>
    public int GrowthSince(TextPosition earlier) => Tails == earlier.Tails ? Tail - earlier.Tail : Blocks - earlier.Blocks + Tail;
}
