using System.Buffers;

namespace Pipulate;

/// <summary>
/// Names one conversation. It is a name, not a key: knowing it opens nothing, the library checks who owns it.
/// </summary>
public readonly record struct ConversationId
{
    private const int LongestValue = 128;
    private const int LongestName = 32;

    /// <summary>Between a visitor's key and the name of one of their conversations.</summary>
    private const string Separator = "..";

    /// <summary>What no visitor's key begins with.</summary>
    private const string RoomPrefix = "r-";

    private static readonly SearchValues<char> Allowed =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.:");

    /// <summary>
    /// Initializes the id from its text.
    /// </summary>
    /// <param name="value">1 to 128 characters out of <c>A-Z a-z 0-9 - _ . :</c>.</param>
    /// <exception cref="ArgumentException"><paramref name="value"/> is empty, too long, or has another character.</exception>
    public ConversationId(string value)
    {
        ArgumentException.ThrowIfNullOrEmpty(value);
        if (value.Length > LongestValue || value.AsSpan().ContainsAnyExcept(Allowed))
        {
            throw new ArgumentException(
                $"A conversation id has 1 to {LongestValue} characters out of A-Z a-z 0-9 - _ . : and nothing else.", nameof(value));
        }

        Value = value;
    }

    /// <summary>
    /// Gets the text of the id.
    /// </summary>
    /// <value><see langword="null"/> only for <c>default(ConversationId)</c>, which names no conversation.</value>
    public string Value { get; }

    /// <summary>
    /// Whose it is: what stands before the name, or all of it for the first conversation of a visitor and those that an application names
    /// itself.
    /// </summary>
    internal string Owner => Value.IndexOf(Separator, StringComparison.Ordinal) is var end and >= 0 ? Value[..end] : Value;

    /// <summary>What it is called among the conversations of its owner; null for the first.</summary>
    internal string? Name =>
        Value.IndexOf(Separator, StringComparison.Ordinal) is var end and >= 0 ? Value[(end + Separator.Length)..] : null;

    /// <summary>What a room is called that several visitors share; null for all other conversations.</summary>
    internal string? Room => Value.StartsWith(RoomPrefix, StringComparison.Ordinal) ? Value[RoomPrefix.Length..] : null;

    /// <summary>Whether a text can be the name of a conversation.</summary>
    internal static bool IsName(string text) =>
        text.Length is > 0 and <= LongestName
            && !text.AsSpan().ContainsAnyExcept(Allowed)
            && !text.Contains(Separator, StringComparison.Ordinal);

    /// <summary>One of the conversations of an owner. Whatever is named, it is nobody else's.</summary>
    internal static ConversationId Of(string owner, string name) => new(owner + Separator + name);

    /// <summary>A room. It is its own owner, so no visitor has it among theirs.</summary>
    internal static ConversationId OfRoom(string name) => new(RoomPrefix + name);

    /// <inheritdoc/>
    public override string ToString() => Value ?? "";
}
