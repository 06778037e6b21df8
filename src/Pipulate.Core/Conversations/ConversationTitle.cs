using Pipulate.Conversations.Entries;
using Pipulate.Text;

namespace Pipulate.Conversations;

/// <summary>What conversations are called.</summary>
internal static class ConversationTitle
{
    /// <summary>How long a title may be that a person gives.</summary>
    public const int Longest = 100;

    private const int LongestProposal = 40;

    /// <summary>The first words of what was said first.</summary>
    /// <returns>Them in one line, or null where there is none.</returns>
    public static string? Propose(string text) => Cut(text, LongestProposal);

    /// <summary>A title as a person has typed it, in one line and not too long.</summary>
    /// <returns>The title; null for none.</returns>
    public static string? Clean(string? text) => Cut(text ?? "", Longest);

    private static string? Cut(string text, int longest)
    {
        var words = new EntryText();
        words.Set(string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)));
        var title = words.ToString();
        if (title.Length <= longest)
        {
            return title.Length == 0 ? null : title;
        }

        // At the end of a word, unless there is none: not every script has spaces.
        var end = title.LastIndexOf(' ', longest - 1, longest / 2);
        return end > 0 ? $"{title.AsSpan(0, end)}{TextCut.Ellipsis}" : TextCut.WithEllipsis(title, longest - 1);
    }
}
