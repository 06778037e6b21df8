using System.Text.RegularExpressions;

namespace Pipulate.Tests;

/// <summary>
/// Reads what pages are sent and refuses all that is not on the list: every tag with every attribute that an entry may have, letter for
/// letter, text in which nothing is left to be markup, and each element closed where it was opened.
/// </summary>
internal static partial class AllowedHtml
{
    /// <summary>Holds the inside of an answer to the list.</summary>
    public static void AssertAnswer(string html) => Read(html, Answer());

    /// <summary>Holds a whole message to the list.</summary>
    public static void AssertMessage(string html, string labelOfCode = "Copy code") =>
        Read(html.Replace($"aria-label=\"{labelOfCode}\"", "aria-label=\"Copy code\"", StringComparison.Ordinal), Message());

    private static void Read(string html, Regex tags)
    {
        var open = new Stack<string>();
        var at = 0;
        while (at < html.Length)
        {
            if (html[at] != '<')
            {
                var text = Text().Match(html, at);
                Assert.True(text.Success, $"This is no encoded text: {Around(html, at)}");
                at += text.Length;
                continue;
            }

            var tag = tags.Match(html, at);
            Assert.True(tag.Success, $"This tag is not on the list: {Around(html, at)}");
            at += tag.Length;
            var name = tag.Groups["name"].Value;
            if (tag.Value[1] == '/')
            {
                Assert.True(open.TryPop(out var opened) && opened == name, $"This closes what is not open: {Around(html, at)}");
            }
            else if (name is not ("hr" or "br"))
            {
                open.Push(name);
            }
        }

        Assert.True(open.Count == 0, $"Not closed: {string.Join(' ', open)} in {html}");
    }

    private static string Around(string html, int at) => html[at..Math.Min(html.Length, at + 160)];

    [GeneratedRegex(@"\G(?:[^<>&""'\x00-\x08]|&(?:amp|lt|gt|quot|#x[0-9A-F]{1,6});)+")]
    private static partial Regex Text();

    private const string AnswerTags =
        """
        </?(?<name>p|blockquote|ul|ol|li|table|thead|tbody|tr|th|td|pre|code|em|strong|del|sup)>
        |<(?<name>hr|br)>
        |<(?<name>t[hd])\ data-align="(?:left|center|right)">
        |<(?<name>code)\ class="chat-math">
        |<(?<name>p)\ class="chat-heading">
        |<(?<name>ol)\ start="[0-9]{1,9}">
        |<(?<name>pre)\ data-language="[a-z0-9+\#-]{1,20}">
        |<(?<name>a)\ href="(?:https?://|mailto:)(?:[!\#$%()*,\-./0-9:;=?@A-Z_a-z~\[\]^]|&amp;|&\#x2B;|&\#x27;)*"\ rel="noopener\ noreferrer\ nofollow"\ target="_blank">
        |</(?<name>button|a)>
        """;

    /// <summary>The label is still to come, for each panel has its own language.</summary>
    [GeneratedRegex(
        @"\G(?:" + AnswerTags + @"|<(?<name>button)\ type=""button""\ class=""chat-copy""\ data-chat-copy\ aria-label=""\x01"">)",
        RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex Answer();

    [GeneratedRegex(
        @"\G(?:" + AnswerTags +
        """
        |<(?<name>div)\ id="(?:chat-status|msg-list)"\ hx-swap-oob="(?:innerHTML|beforeend)">
        |<(?<name>div)\ id="e[0-9]+[tbu]"\ hx-swap-oob="(?:innerHTML|beforeend)">
        |<(?<name>div)\ id="e[0-9]+"\ hx-swap-oob="delete">
        |<(?<name>div)\ id="e[0-9]+"\ class="chat-entry"\ data-role="(?:user|assistant|notice)"\ data-state="(?:streaming|complete|stopped|failed)"(?:\ data-voice="[a-z]+")?\ role="article"\ aria-label="(?:You|Assistant|Notice|Assistent)"(?:\ hx-swap-oob="true")?>
        |<(?<name>div)\ id="e[0-9]+t"\ class="chat-text"\ dir="auto"\ hx-disable\ hx-ignore>
        |<(?<name>div)\ id="e[0-9]+b"\ class="chat-blocks">
        |<(?<name>span)\ id="e[0-9]+u">
        |<(?<name>button)\ type="button"\ class="chat-copy"\ data-chat-copy\ aria-label="Copy\ code">
        |<(?<name>div)\ class="chat-actions">
        |<(?<name>button)\ type="button"\ data-chat-copy="[0-9a-f]{32}">
        |<(?<name>p)\ class="chat-reason">
        |</(?<name>div|span)>)
        """,
        RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex Message();
}
