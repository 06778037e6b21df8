using Microsoft.Extensions.AI;

namespace Pipulate.Conversations.History;

/// <summary>
/// Estimates how many tokens a text takes, without the model's tokenizer: servers report the number of tokens of a prompt only after they
/// have read it.
/// </summary>
/// <param name="CharactersPerToken">How many characters of Latin script make a token.</param>
internal readonly record struct TokenEstimate(double CharactersPerToken)
{
    /// <summary>Holds how many tokens a message takes in addition to its text: its role and the delimiters around it.</summary>
    public const int PerMessage = 8;

    /// <summary>Marks the last Latin letter. From <see cref="Dense"/> on, a character is often a word.</summary>
    private const char LastLatin = '\u024F';
    private const char Dense = '\u1100';

    public int Of(ChatMessage message) => Of([message]);

    public int Of(IEnumerable<ChatMessage> messages)
    {
        var tokens = 0.0;
        foreach (var message in messages)
        {
            tokens += PerMessage + (Weigh(message.Text) / CharactersPerToken);
        }

        return (int)tokens;
    }

    /// <summary>
    /// Gets the length of a text in Latin script that takes as many tokens: twice the length in other alphabets, three times if a character
    /// is a word or a syllable.
    /// </summary>
    public static int Weigh(string text)
    {
        var weight = text.Length;
        var rest = text.AsSpan();
        while (rest.IndexOfAnyExceptInRange('\0', LastLatin) is var next and >= 0)
        {
            weight += rest[next] < Dense ? 1 : 2;
            rest = rest[(next + 1)..];
        }

        return weight;
    }
}
