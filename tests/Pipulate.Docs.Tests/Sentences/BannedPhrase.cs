using System.Text.RegularExpressions;

namespace Pipulate.Docs.Sentences;

/// <summary>Represents words that are not written here, with what to write instead.</summary>
/// <param name="Pattern">What is matched, in any case. A space stands for any white space, because sentences are wrapped.</param>
/// <param name="Instead">What to write instead.</param>
internal sealed record BannedPhrase(string Pattern, string Instead)
{
    private readonly Regex _regex = new(
        Pattern.Replace(" ", @"\s+", StringComparison.Ordinal), RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    /// <summary>Gets all of them. Prefer a precise pattern: a false alarm costs more than a missed sentence.</summary>
    public static IReadOnlyList<BannedPhrase> All { get; } =
    [
        new(", for (?:it|they|he|she|there|we|nobody|no one) ", "because"),
        new(
            @", for (?:(?!(?:which|who|whose|where|when|as|example|instance)\b)(?!(?<!, for )that\b)[\w'’`…-]+ ){1,5}?" +
                "(?:is|are|was|were|has|have|had|may|can|could|would|will|must|does|do|did|gets|needs|comes|goes|knows|means|holds)\\b",
            "because"),
        new(@"\b(?:nobody|somebody|anybody)(?:'s)?\b", "name who: a user, a visitor, a page, no viewer, another node; or the passive"),
        new(@"\b(?:whoever|whosoever|whomever|whom)\b", "name who: a user that, the client that, the conversation that"),
        new(@"(?<=^|[.;!?] |[.;!?]\n)who (?![^.;]*\?)", "name who: A user that …, A client that …"),
        new(@"\bfor who\b", "for users that, for clients that"),
        new(@"\bonce more\b", "again"),
        new(@"\banew\b", "again"),
        new(@"\bmend(?:s|ed|ing)?\b", "fix, repair, recover"),
        new(@"\btold\b", "sent, given, reported, notified"),
        new(@"\btell(?:s|ing)? (?:\w+ )?of\b", "report, raise, describe"),
        new(@"\b(?:let|lets|letting) (?:\w+ )?go\b", "evict, release, close"),
        new(@"\b(?:is|are|was|were|be|been) had\b", "is available"),
        new(@"\bthe door\b", "the connection is closed, and the client reconnects"),
        new(@"\b(?:speak|speaks|speaking|spoke|spoken)\b", "reply, generate, send; or name the author"),
        new(@"\bdeeds?\b|\bdoings\b", "action, event, state-changing request"),
        new(@"\b(?:is|are|was|were|be|has|have|had) gone\b", "is closed, is disconnected, is deleted, has ended"),
        new(@"\b(?:sent|send|sends|sending) (?:\w+ ){0,3}away\b", "close, disconnect"),
        new(@"\bhears? (?:of|from|what|that|it|nothing|everything)\b", "is notified of, receives, is given"),
        new(@"\bin vain\b", "without success"),
        new(@"\bfor ever\b", "indefinitely, without end"),
        new(@"\bfor good\b", "permanently"),
        new(@"\bwithout a word\b", "silently, without a message"),
        new(@"\bin (?:lumps|crumbs)\b", "in large pieces, in small pieces"),
        new(@"\b(?:see|sees) to\b(?! it)", "handle, ensure"),
        new(@"\b(?:would|could|might|may) else\b", "would otherwise"),
        new(@"\b(?:commentator|typist|stand-in|manners)\b", "reply scheduler, text pacer, substitute, comment policy"),
        new(@"\bwatchers?\b", "viewer, observer"),
        new(@"\bdemo voice\b", "demo client"),
    ];

    /// <summary>Finds where a text has it.</summary>
    public IEnumerable<Match> In(string text) => _regex.Matches(text);
}
