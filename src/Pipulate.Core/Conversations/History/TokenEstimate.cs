using Microsoft.Extensions.AI;

namespace Pipulate.Conversations.History;

/// <summary>
/// How many tokens a text takes, as far as that can be said without the model's own tokenizer: servers tell the number of a prompt only
/// when they have read it.
/// </summary>
/// <param name="CharactersPerToken">How many characters of Latin script make a token.</param>
internal readonly record struct TokenEstimate(double CharactersPerToken)
{
    /// <summary>What a message takes beside its text: its role and the marks around it.</summary>
    public const int PerMessage = 8;

    /// <summary>Up to here a character is Latin script, a digit or a sign; from <see cref="Dense"/> on it is often a word.</summary>
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
    /// How long a text would be in Latin script with as many tokens: twice its length in other alphabets, three times where a character is
    /// a word or a syllable.
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
