using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace Pipulate.Browser.Hosting;

/// <summary>What entries are made of in the page itself: every element with every attribute that one may have.</summary>
internal static partial class EntryElements
{
    /// <summary>A function of the page that names each kind of element inside another, with all its attributes.</summary>
    public const string Kinds =
        """
        root => [...new Set([...root.querySelectorAll('*')].map(element =>
          [element.localName, ...[...element.attributes].map(a => `${a.name}=${a.value}`).sort()].join(' ')))]
        """;

    /// <summary>Holds all that stands in the list of entries to what may.</summary>
    public static async Task AssertAllowedAsync(IPage page) =>
        AssertAllowed(await page.Locator("#msg-list").EvaluateAsync<string[]>(Kinds));

    public static void AssertAllowed(string[] kinds) => Assert.All(kinds, kind => Assert.Matches(Allowed(), kind));

    [GeneratedRegex("""
        ^(?:p|blockquote|ul|ol|li|table|thead|tbody|tr|th|td|pre|code|em|strong|del|sup|hr|br
        |p\ class=chat-heading
        |table\ tabindex=0
        |t[hd]\ data-align=(?:left|center|right)
        |code\ class=chat-math
        |ol\ start=[0-9]+
        |pre\ data-language=[a-z0-9+\#-]{1,20}
        |button\ aria-label=Copy\ code\ class=chat-copy\ data-chat-copy=\ type=button
        |a\ href=(?:https?://|mailto:)[^\s<>"`]*\ rel=noopener\ noreferrer\ nofollow\ target=_blank
        |div\ aria-label=(?:You|Assistant)\ class=chat-entry(?:\ data-fresh=)?\ data-role=(?:user|assistant)\ data-state=(?:queued|streaming|complete)\ id=e[0-9]+\ role=article
        |div\ class=chat-text\ dir=auto\ hx-disable=\ hx-ignore=\ id=e[0-9]+t
        |div\ class=chat-blocks\ id=e[0-9]+b
        |span\ id=e[0-9]+u
        |p\ class=chat-waiting
        |div\ class=chat-actions
        |button\ data-chat-copy=[0-9a-f]{32}\ type=button
        |button\ class=chat-again\ form=chat-command\ value=again\ [0-9a-f]{32})$
        """, RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex Allowed();
}
