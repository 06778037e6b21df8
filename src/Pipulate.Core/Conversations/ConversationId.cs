using System.Buffers;

namespace Pipulate;

/// <summary>
/// Names one conversation. It is a name, not a key: knowing it opens nothing, the library checks who owns it.
/// </summary>
public readonly record struct ConversationId
{
    private const int LongestValue = 128;

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

    /// <inheritdoc/>
    public override string ToString() => Value ?? "";
}
