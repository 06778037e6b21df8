namespace Pipulate.Tests;

/// <summary>
/// What somebody may write who wants a page to do something: run a script, send a request, change what stands elsewhere, or become what it
/// is not. Each calls <c>pwned</c> or asks for <c>/pwned</c> where it succeeds.
/// </summary>
public static class HostileTexts
{
    public static IReadOnlyList<string> All { get; } =
    [
        // Elements that run or load.
        "<script>pwned()</script>",
        "<ScRiPt src=/pwned></sCrIpT>",
        "<script\n>pwned()</script\n>",
        "<img src=/pwned onerror=pwned()>",
        "<img src=x\tonerror\n=\npwned()//",
        "<svg onload=pwned()>",
        "<svg><script>pwned()</script></svg>",
        "<svg><animate onbegin=pwned() attributeName=x dur=1s>",
        "<math><mtext><table><mglyph><style><img src=x onerror=pwned()>",
        "<iframe src=javascript:pwned()></iframe>",
        "<iframe srcdoc='<script>parent.pwned()</script>'></iframe>",
        "<object data=/pwned></object><embed src=/pwned>",
        "<video src=/pwned onerror=pwned()></video><audio src=/pwned autoplay onerror=pwned()></audio>",
        "<link rel=stylesheet href=/pwned><style>@import '/pwned'; * { display: none }</style>",
        "<base href=https://evil.example/><meta http-equiv=refresh content='0;url=/pwned'>",
        "<details open ontoggle=pwned()><summary>x</summary></details>",
        "<input autofocus onfocus=pwned()><select autofocus onfocus=pwned()></select>",
        "<body onload=pwned()><marquee onstart=pwned()>x</marquee>",
        "<form action=/pwned><button>press</button></form>",
        "<template><img src=/pwned></template><noscript><img src=/pwned></noscript>",
        "<x-y style=animation-name:chat-breathe onanimationstart=pwned()>x</x-y>",
        "\"><img src=/pwned onerror=pwned()>",
        "' onmouseover=pwned() x='",
        "</textarea></title></style></script><img src=/pwned onerror=pwned()>",
        "<!--><img src=/pwned onerror=pwned()>-->",
        "<![CDATA[><img src=/pwned onerror=pwned()>]]>",
        "<?php pwned() ?><%= pwned() %>",
        "&lt;img src=/pwned onerror=pwned()&gt;",
        "&#60;img src=/pwned onerror=pwned()&#62; &#x3c;script&#x3e;pwned()&#x3c;/script&#x3e;",

        // What htmx and its like would obey.
        "<b hx-get=/pwned hx-trigger=load>x</b>",
        "<b data-hx-post=/pwned data-hx-trigger=load>x</b>",
        "<b hx-on::load=pwned() hx-on:htmx:after-settle=pwned()>x</b>",
        "<b hx-get=/ hx-vals='js:{x:pwned()}' hx-trigger='load[pwned()]'>x</b>",
        "<b hx-get=/pwned hx-trigger='every 1s'>x</b>",
        "<b hx-ext=ws ws-connect=/pwned>x</b><b hx-ws:connect=/pwned>x</b>",
        "<b hx-ext=sse sse-connect=/pwned>x</b><b hx-sse:connect=/pwned>x</b>",
        "<form ws-send hx-ws:send hx-trigger=load><input name=msg value=forged></form>",
        "<div id=\"todo-list\" hx-swap-oob=\"innerHTML\">PWNED</div>",
        "<div hx-swap-oob=\"outerHTML:#todo-list\">PWNED</div>",
        "</div></div><div id=\"chat-status\" hx-swap-oob=\"innerHTML\">PWNED</div>",
        "</span></p></div></div></div><div id=\"msg-list\" hx-swap-oob=\"delete\"></div>",
        "<hx-partial hx-target=\"#todo-list\">PWNED</hx-partial>",
        "<title>PWNED</title>",
        "{\"content\":\"PWNED\",\"target\":\"body\"}",
        "<a hx-boost=true href=/pwned>x</a><div _=\"on load call pwned()\" x-init=pwned() x-data></div>",

        // Links and images of markdown.
        "[x](javascript:pwned())",
        "[x](JaVaScRiPt:pwned())",
        "[x](java\tscript:pwned()) [x](<java\nscript:pwned()>) [x]( javascript:pwned())",
        "[x](javascript&colon;pwned()) [x](&#106;avascript:pwned()) [x](javascript&#58;pwned())",
        "[x](java&Tab;script:pwned()) [x](java&NewLine;script:pwned()) [x](\u0001javascript:pwned())",
        "[x](javascript\\:pwned()) [x](javascript%3Apwned())",
        "[x](vbscript:pwned()) [x](data:text/html,<script>pwned()</script>) [x](data:text/html;base64,PHNjcmlwdD5wd25lZCgpPC9zY3JpcHQ+)",
        "[x](file:///etc/passwd) [x](blob:https://evil.example/x) [x](filesystem:x) [x](about:blank) [x](ftp://evil.example/)",
        "[x](//evil.example/pwned) [x](/pwned) [x](pwned) [x](?pwned) [x](#todo-list) [x](https:pwned) [x](https:/pwned) "
            + "[x](http:\\\\evil.example)",
        "[x](https://evil.example/\"onmouseover=\"pwned()) [x](https://evil.example/'onmouseover='pwned())",
        "[x](https://evil.example/ \"title\\\" onmouseover=\\\"pwned()\") [x](https://evil.example/ '\"><img src=/pwned onerror=pwned()>')",
        "[<img src=/pwned onerror=pwned()>](https://evil.example/)",
        "[x](https://evil.example/><img src=/pwned onerror=pwned()>)",
        "![secret](/pwned) ![secret](/pwned?q=secret) ![x][pwned]\n\n[pwned]: /pwned",
        "![x](https://evil.example/x.png\"onerror=\"pwned()) ![x\" onerror=\"pwned()](/pwned)",
        "[![x](/pwned)](javascript:pwned()) ![[x](javascript:pwned())](/pwned)",
        "<javascript:pwned()> <data:text/html,x> <https://evil.example/\"onmouseover=\"pwned()> <mailto:a@b.c?\"onmouseover=\"pwned()>",
        "https://evil.example/\"onmouseover=\"pwned() www.evil.example/'onmouseover='pwned() mailto:x@evil.example\"onmouseover=\"pwned()",
        "[x][r] [r] [r][]\n\n[r]: javascript:pwned() \"x\"",
        "[x][s]\n\n[s]: <javascript:pwned()>\n\n[x]: data:text/html,<script>pwned()</script>",

        // Code, headings, tables, attributes of markdown dialects.
        "```\"onmouseover=\"pwned()\n</code></pre><img src=/pwned onerror=pwned()>\n```",
        "```html\n<script>pwned()</script>\n```",
        "```js\"><script>pwned()</script>\nx\n```",
        "~~~x class=\"pwned\" id=\"todo-list\" {onclick=pwned()}\nx\n~~~",
        "`</code><img src=/pwned onerror=pwned()>`",
        "    </code></pre><script>pwned()</script>",
        "# <img src=/pwned onerror=pwned()> {#todo-list .pwned onclick=pwned()}",
        "# todo-list\n\n## msg-list {#msg-list}\n\n[x](#msg-list){onclick=pwned()}",
        "| <script>pwned()</script> | x |\n|---|:-:|\n| <img src=/pwned onerror=pwned()> | `|` \"onclick=\"pwned() |",
        "> <img src=/pwned onerror=pwned()>\n> - <script>pwned()</script>\n>   1. [x](javascript:pwned())",
        "- <img src=/pwned onerror=pwned()>\n\n  </li></ul></div><div id=\"todo-list\" hx-swap-oob=\"true\">PWNED</div>\n- x",
        "::: pwned {#todo-list}\nx\n:::\n\n[^1]: <img src=/pwned onerror=pwned()>\n\n*[pwned]: "
            + "<script>\n\n$$\n\\href{javascript:pwned()}{x}\n$$",
        "**<b onclick=pwned()>** *<img src=/pwned onerror=pwned()>* ~~<script>pwned()</script>~~ __\"onclick=\"pwned()__",

        // Characters.
        "\u202Etxet sdrawkcab<img src=/pwned onerror=pwned()>\u202C",
        "<\u0000script>pwned()</\u0000script> <img\u000Csrc=/pwned\u000Conerror=pwned()> \uFEFF<script>pwned()</script>",
        "\uFF1Cscript\uFF1Epwned()\uFF1C/script\uFF1E \u2028<img src=/pwned>\u2029",
        "\uD83D<img src=/pwned onerror=pwned()>\uDE00",
        "+ADw-script+AD4-pwned()+ADw-/script+AD4-",
        "\\<script>pwned()\\</script> \\&lt;script\\&gt; \\\\<img src=/pwned>",
    ];
}
