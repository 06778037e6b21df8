namespace Pipulate.Tests;

/// <summary>
/// What models write beyond plain CommonMark, in many scripts, and what it has to be on the page. The attributes of links are left out.
/// </summary>
internal static class MarkdownSamples
{
    /// <summary>Gets emphasis where words are not parted by spaces, and where CommonMark knows none.</summary>
    public static IReadOnlyList<(string Markdown, string Html)> Emphasis { get; } =
    [
        ("**注意：**请先保存", "<p><strong>注意：</strong>请先保存</p>"),
        ("请**「重要」**です", "<p>请<strong>「重要」</strong>です</p>"),
        ("これは**「重要」**です。", "<p>これは<strong>「重要」</strong>です。</p>"),
        ("**한국어(Korean)**는 좋다", "<p><strong>한국어(Korean)</strong>는 좋다</p>"),
        ("**“引号”**后", "<p><strong>“引号”</strong>后</p>"),
        ("~~删除。~~然后", "<p><del>删除。</del>然后</p>"),
        ("_注意：_请先保存", "<p><em>注意：</em>请先保存</p>"),
        ("请_「注意」_吧", "<p>请<em>「注意」</em>吧</p>"),
        ("这是_强调_文字 snake_case_name 用户_名称", "<p>这是_强调_文字 snake_case_name 用户_名称</p>"),
        ("**หมายเหตุ:**โปรดบันทึก", "<p><strong>หมายเหตุ:</strong>โปรดบันทึก</p>"),
        ("و**«مهم»**جدا", "<p>و<strong>«مهم»</strong>جدا</p>"),
        ("**שים לב:**שמור", "<p><strong>שים לב:</strong>שמור</p>"),
        ("**नोट:**कृपया", "<p><strong>नोट:</strong>कृपया</p>"),
        ("**完成✅**继续", "<p><strong>完成✅</strong>继续</p>"),
        ("**Done ✅**next", "<p><strong>Done ✅</strong>next</p>"),
        ("Text**✅**more", "<p>Text<strong>✅</strong>more</p>"),
        ("✅**Done**✅", "<p>✅<strong>Done</strong>✅</p>"),
        ("**注意：**\u200B请", "<p><strong>注意：</strong>\u200B请</p>"),
        ("**Note:**\u200Bnext", "<p><strong>Note:</strong>\u200Bnext</p>"),
        ("**Note:**text stays", "<p>**Note:**text stays</p>"),
        ("***重要：***请", "<p><em><strong>重要：</strong></em>请</p>"),
        ("**葛\U000E0100！**さ", "<p><strong>葛&#xE0100;！</strong>さ</p>"),
        ("**〜\uFE00**あ", "<p><strong>〜\uFE00</strong>あ</p>"),
        ("（**重要**）", "<p>（<strong>重要</strong>）</p>"),
        ("**(重要)**的", "<p><strong>(重要)</strong>的</p>"),
        ("*注意。*请*注意。*", "<p><em>注意。</em>请<em>注意。</em></p>"),
        ("2**(3)**4 a**\"foo\"**", "<p>2**(3)<strong>4 a</strong>&quot;foo&quot;**</p>"),
        ("**(**foo)", "<p>**(**foo)</p>"),
        ("**重点**：A、**重点二**。", "<p><strong>重点</strong>：A、<strong>重点二</strong>。</p>"),
        ("__注意：__请", "<p><strong>注意：</strong>请</p>"),
    ];

    /// <summary>Gets addresses in running text.</summary>
    public static IReadOnlyList<(string Markdown, string Html)> Links { get; } =
    [
        ("**Note**:www.example.com x", "<p><strong>Note</strong>:<a href=\"http://www.example.com/\">www.example.com</a> x</p>"),
        ("![a](https://b.c/x.png) x@y.zz", "<p><a href=\"https://b.c/x.png\">a</a> <a href=\"mailto:x@y.zz\">x@y.zz</a></p>"),
        ("见 https://example.com/a。谢谢", "<p>见 <a href=\"https://example.com/a\">https://example.com/a</a>。谢谢</p>"),
        ("（https://example.com/a）", "<p>（<a href=\"https://example.com/a\">https://example.com/a</a>）</p>"),
        ("(https://example.com/a)", "<p>(<a href=\"https://example.com/a\">https://example.com/a</a>)</p>"),
        (
            "https://en.wikipedia.org/wiki/Foo_(bar), and (https://en.wikipedia.org/wiki/Foo_(bar)).",
            "<p><a href=\"https://en.wikipedia.org/wiki/Foo_(bar)\">https://en.wikipedia.org/wiki/Foo_(bar)</a>, and (<a "
                + "href=\"https://en.wikipedia.org/wiki/Foo_(bar)\">https://en.wikipedia.org/wiki/Foo_(bar)</a>).</p>"),
        ("「https://example.com/a」は", "<p>「<a href=\"https://example.com/a\">https://example.com/a</a>」は</p>"),
        ("https://example.com/a…", "<p><a href=\"https://example.com/a\">https://example.com/a</a>…</p>"),
        ("https://example.com/a...", "<p><a href=\"https://example.com/a\">https://example.com/a</a>...</p>"),
        ("https://example.com/a: b", "<p><a href=\"https://example.com/a\">https://example.com/a</a>: b</p>"),
        ("<https://example.com/a>。", "<p><a href=\"https://example.com/a\">https://example.com/a</a>。</p>"),
        ("访问https://example.com查看", "<p>访问<a href=\"https://example.com/\">https://example.com</a>查看</p>"),
        (
            "https://example.com/aを見て https://example.com/a를",
            "<p><a href=\"https://example.com/a\">https://example.com/a</a>を見て <a "
                + "href=\"https://example.com/a\">https://example.com/a</a>를</p>"),
        (
            "https://ja.wikipedia.org/wiki/日本語 と",
            "<p><a href=\"https://ja.wikipedia.org/wiki/%E6%97%A5%E6%9C%AC%E8%AA%9E\">https://ja.wikipedia.org/wiki/日本語</a> と</p>"),
        ("https://例え.テスト/パス。", "<p><a href=\"https://xn--r8jz45g.xn--zckzah/%E3%83%91%E3%82%B9\">https://例え.テスト/パス</a>。</p>"),
        (
            "https://bücher.example/Grüße!",
            "<p><a href=\"https://xn--bcher-kva.example/Gr%C3%BC%C3%9Fe\">https://bücher.example/Grüße</a>!</p>"),
        ("https://example.com/%E6%97%A5本", "<p><a href=\"https://example.com/%E6%97%A5\">https://example.com/%E6%97%A5</a>本</p>"),
        (
            "www.example.com。 (www.example.com/a)",
            "<p><a href=\"http://www.example.com/\">www.example.com</a>。 (<a href=\"http://www.example.com/a\">www.example.com/a</a>)</p>"),
        (
            "a@example.org。 pkg@1.2.3 git@github.com:a/b first_last+x@sub.example.co.uk, mailto:a@b.cd",
            "<p><a href=\"mailto:a@example.org\">a@example.org</a>。 pkg@1.2.3 git@github.com:a/b <a "
                + "href=\"mailto:first_last&#x2B;x@sub.example.co.uk\">first_last&#x2B;x@sub.example.co.uk</a>, mailto:<a href=\"mailto:a@b.cd\">a@b.cd</a></p>"),
        (
            "https://a.b/?x=1&amp;y=2&z=3&copy;",
            "<p><a href=\"https://a.b/?x=1&amp;y=2&amp;z=3\">https://a.b/?x=1&amp;y=2&amp;z=3</a>©</p>"),
        ("&lt;https://a.b/c&gt;", "<p>&lt;<a href=\"https://a.b/c\">https://a.b/c</a>&gt;</p>"),
        (
            "**https://a.b/c**谢谢 *https://a.b/c* ~~https://a.b/c~~吧 _https://a.b/c_",
            "<p><strong><a href=\"https://a.b/c\">https://a.b/c</a></strong>谢谢 <em><a href=\"https://a.b/c\">https://a.b/c</a></em> "
                + "<del><a href=\"https://a.b/c\">https://a.b/c</a></del>吧 <em><a href=\"https://a.b/c\">https://a.b/c</a></em></p>"),
        (
            "[https://a.b/c] [https://a.b/c](https://a.b/c) [see https://a.b](https://c.d)",
            "<p>[<a href=\"https://a.b/c\">https://a.b/c</a>] <a href=\"https://a.b/c\">https://a.b/c</a> <a href=\"https://c.d/\">see "
                + "https://a.b</a></p>"),
        (
            "\"https://a.b/c\" 'https://a.b/c'后 `https://a.b`",
            "<p>&quot;<a href=\"https://a.b/c\">https://a.b/c</a>&quot; &#x27;<a href=\"https://a.b/c\">https://a.b/c</a>&#x27;后 "
                + "<code>https://a.b</code></p>"),
        (
            "https://example.com/a، و https://example.com/aשלום https://example.com/a।",
            "<p><a href=\"https://example.com/a\">https://example.com/a</a>، و <a "
                + "href=\"https://example.com/a\">https://example.com/a</a>שלום <a href=\"https://example.com/a\">https://example.com/a</a>।</p>"),
        (
            "http://localhost:5000/x http://a http://[::1]:80/ https://a..b",
            "<p><a href=\"http://localhost:5000/x\">http://localhost:5000/x</a> http://a <a "
                + "href=\"http://[::1]/\">http://[::1]:80/</a> https://a..b</p>"),
        ("https://a.b/c,https://d.e/f", "<p><a href=\"https://a.b/c\">https://a.b/c</a>,<a href=\"https://d.e/f\">https://d.e/f</a></p>"),
        (
            "https://a.b/c,然后 https://a.b/c(官网)",
            "<p><a href=\"https://a.b/c\">https://a.b/c</a>,然后 <a href=\"https://a.b/c\">https://a.b/c</a>(官网)</p>"),
        (
            "https://api.example.com/users/{id}/x",
            "<p><a href=\"https://api.example.com/users/%7Bid%7D/x\">https://api.example.com/users/{id}/x</a></p>"),
        ("https://a.b/c\\_d", "<p><a href=\"https://a.b/c_d\">https://a.b/c_d</a></p>"),
        ("HTTPS://EXAMPLE.COM/A.", "<p><a href=\"https://example.com/A\">HTTPS://EXAMPLE.COM/A</a>.</p>"),
        (
            "| a | b |\n|---|---|\n| https://a.b/c | （https://a.b/d）|",
            "<table><thead><tr><th>a</th><th>b</th></tr></thead><tbody><tr><td><a href=\"https://a.b/c\">https://a.b/c</a></td><td>（<a "
                + "href=\"https://a.b/d\">https://a.b/d</a>）</td></tr></tbody></table>"),
        (
            "https://a.b/c\U0001F600 https://a.b/c\u200Bx",
            "<p><a href=\"https://a.b/c\">https://a.b/c</a>&#x1F600; <a href=\"https://a.b/c\">https://a.b/c</a>\u200Bx</p>"),
        (
            "https://fa.wikipedia.org/wiki/می\u200Cخواهم",
            "<p><a href=\"https://fa.wikipedia.org/wiki/%D9%85%DB%8C%E2%80%8C%D8%AE%D9%88%D8%A7%D9%87%D9%85\">https://fa.wikipedia.org/wiki/می\u200Cخواهم</a></p>"),
        (
            "redirect=https://a.b/c?u=https://d.e/f",
            "<p>redirect=<a href=\"https://a.b/c?u=https://d.e/f\">https://a.b/c?u=https://d.e/f</a></p>"),
        ("https://user:pw@a.b/c", "<p><a href=\"https://user:pw@a.b/c\">https://user:pw@a.b/c</a></p>"),
        (
            "https://example.com/a、https://example.com/b",
            "<p><a href=\"https://example.com/a\">https://example.com/a</a>、<a "
                + "href=\"https://example.com/b\">https://example.com/b</a></p>"),
    ];

    /// <summary>Gets tables, and what stands in their cells and around them.</summary>
    public static IReadOnlyList<(string Markdown, string Html)> Tables { get; } =
    [
        (
            "Intro:\n| a | b |\n|---|:-:|\n| 1 | 2 |\nText after\nmore",
            "<p>Intro:</p><table><thead><tr><th>a</th><th data-align=\"center\">b</th></tr></thead><tbody><tr><td>1</td><td "
                + "data-align=\"center\">2</td></tr></tbody></table><p>Text after\nmore</p>"),
        (
            "a | b\n--|--\n1 | 2\n3",
            "<table><thead><tr><th>a</th><th>b</th></tr></thead><tbody><tr><td>1</td><td>2</td></tr></tbody></table><p>3</p>"),
        (
            "1. Item:\n   | a | b |\n   |---|---|\n   | 1 | 2 |\n   tail\n2. Two",
            "<ol><li>Item:<table><thead><tr><th>a</th><th>b</th></tr></thead><tbody><tr><td>1</td><td>2</td></tr></tbody></table>tail</li><li>Two</li></ol>"),
        (
            "> x\n> | a |\n> |---|\n> | 1 |\n> y",
            "<blockquote><p>x</p><table><thead><tr><th>a</th></tr></thead><tbody><tr><td>1</td></tr></tbody></table><p>y</p></blockquote>"),
        (
            "Intro\na | b\n:-- | --:\n1 | 2",
            "<p>Intro</p><table><thead><tr><th data-align=\"left\">a</th><th data-align=\"right\">b</th></tr></thead><tbody><tr><td "
                + "data-align=\"left\">1</td><td data-align=\"right\">2</td></tr></tbody></table>"),
        (
            "|a|\n|-|\n|1|\nb\n|c|\n|-|\n|2|\nd",
            "<table><thead><tr><th>a</th></tr></thead><tbody><tr><td>1</td></tr></tbody></table><p>b</p><table><thead><tr><th>c</th></tr></thead><tbody><tr><td>2</td></tr></tbody></table><p>d</p>"),
        ("Text | with | bars.\nx", "<p>Text | with | bars.\nx</p>"),
        (
            "| `a|b` | c |\n|---|---|\n| $P(A|B)$ | d |",
            "<table><thead><tr><th><code>a|b</code></th><th>c</th><th></th></tr></thead><tbody><tr><td>$P(A</td><td>B)$</td><td>d</td></tr></tbody></table>"),
        (
            "| a |\n|---|\n| \\(x\\) <br> **b**<br>- c |",
            "<table><thead><tr><th>a</th></tr></thead><tbody><tr><td><code class=\"chat-math\">\\(x\\)</code> "
                + "<br><strong>b</strong><br>- c</td></tr></tbody></table>"),
        (
            "|a|b|c|d|\n|:-|:-:|-:|-|\n|1|2|3|4|",
            "<table><thead><tr><th data-align=\"left\">a</th><th data-align=\"center\">b</th><th "
                + "data-align=\"right\">c</th><th>d</th></tr></thead><tbody><tr><td data-align=\"left\">1</td><td data-align=\"center\">2</td><td data-align=\"right\">3</td><td>4</td></tr></tbody></table>"),
        (
            "| a |\n|---|\n| `x \\| y` \\| z |",
            "<table><thead><tr><th>a</th></tr></thead><tbody><tr><td><code>x | y</code> | z</td></tr></tbody></table>"),
        (
            "| a |\n|---|\n| x<br>y<br/> z <BR /> w |\n\na<br>b `<br>`",
            "<table><thead><tr><th>a</th></tr></thead><tbody><tr><td>x<br>y<br>z <br>w</td></tr></tbody></table><p>a&lt;br&gt;b "
                + "<code>&lt;br&gt;</code></p>"),
        (
            "a | b\n--|--\n1 | 2\n3",
            "<table><thead><tr><th>a</th><th>b</th></tr></thead><tbody><tr><td>1</td><td>2</td></tr></tbody></table><p>3</p>"),
        (
            "| a | b |\n|---|---|\n| 1 |\n| 1 | 2 | 3 |",
            "<table><thead><tr><th>a</th><th>b</th><th></th></tr></thead><tbody><tr><td>1</td><td></td><td></td></tr><tr><td>1</td><td>2</td><td>3</td></tr></tbody></table>"),
    ];

    /// <summary>Gets footnotes, and what looks like them.</summary>
    public static IReadOnlyList<(string Markdown, string Html)> Footnotes { get; } =
    [
        ("[^1]: a\n[^1]: b", "<p><sup>1</sup> a</p><p><sup>1</sup> b</p>"),
        (
            "See [^1]\n\n[^1]: ```\n    code\n    ```",
            "<p>See <sup>1</sup></p><p><sup>1</sup></p><pre><button type=\"button\" class=\"chat-copy\" data-chat-copy "
                + "aria-label=\"\u0001\"></button><code>code</code></pre>"),
        (
            "See[^1] and [^n] and [^0-9].\n\n[^1]: Source.\n[^n]: Long note *here*.\n\n    More.\n\nAfter",
            "<p>See<sup>1</sup> and <sup>n</sup> and [^0-9].</p><p><sup>1</sup> Source.</p><p><sup>n</sup> Long note "
                + "<em>here</em>.</p><p>More.</p><p>After</p>"),
        ("[^1]: https://example.com/a", "<p><sup>1</sup> <a href=\"https://example.com/a\">https://example.com/a</a></p>"),
        ("[^1]: [^2]: x", "<p><sup>1</sup></p><p><sup>2</sup> x</p>"),
        (
            "> [^a]: q\n\n- [^b]: r [^a]",
            "<blockquote><p><sup>a</sup> q</p></blockquote><ul><li><p><sup>b</sup> r <sup>a</sup></p></li></ul>"),
        ("[Alice]: Hello\n[Bob]: Hi\n\n[Alice]: Bye", "<p>[Alice]: Hello\n[Bob]: Hi</p><p>[Alice]: Bye</p>"),
    ];

    /// <summary>Gets LaTeX, money and escaped brackets.</summary>
    public static IReadOnlyList<(string Markdown, string Html)> Formulas { get; } =
    [
        (
            "$$ x $$ $$ ab $$ $$ a+b $$",
            "<p><code class=\"chat-math\">$$ x $$</code> $$ ab $$ <code class=\"chat-math\">$$ a&#x2B;b $$</code></p>"),
        ("\\(a\\)\\(b\\) \\(\\(", "<p><code class=\"chat-math\">\\(a\\)</code><code class=\"chat-math\">\\(b\\)</code> ((</p>"),
        ("- $$\n  a\n  $$\n- b", "<ul><li><p><code class=\"chat-math\">$$\na\n$$</code></p></li><li>b</li></ul>"),
        ("Price: $$\\$5$$ $a\\$b$", "<p>Price: <code class=\"chat-math\">$$\\$5$$</code> <code class=\"chat-math\">$a\\$b$</code></p>"),
        ("\\(a_1\\) and \\(b_1\\)", "<p><code class=\"chat-math\">\\(a_1\\)</code> and <code class=\"chat-math\">\\(b_1\\)</code></p>"),
        ("\\[\\frac12\\]", "<p><code class=\"chat-math\">\\[\\frac12\\]</code></p>"),
        ("\\[\na\n= b\n+ c\n- d\n\\]\nafter", "<p><code class=\"chat-math\">\\[\na\n= b\n&#x2B; c\n- d\n\\]</code></p><p>after</p>"),
        ("Formula:\n$$\na_1\n+ b\n$$\nend", "<p>Formula:</p><p><code class=\"chat-math\">$$\na_1\n&#x2B; b\n$$</code></p><p>end</p>"),
        ("$a_1$ and $b_1$", "<p><code class=\"chat-math\">$a_1$</code> and <code class=\"chat-math\">$b_1$</code></p>"),
        ("$5 and $6", "<p>$5 and $6</p>"),
        ("costs $5, or 6$ in", "<p>costs $5, or 6$ in</p>"),
        ("$100k-$200k $HOME and $PATH US$5", "<p>$100k-$200k $HOME and $PATH US$5</p>"),
        (
            "$x$是 $n$ $f(x)$ $E = mc^2$ $\\alpha$",
            "<p><code class=\"chat-math\">$x$</code>是 <code class=\"chat-math\">$n$</code> <code class=\"chat-math\">$f(x)$</code> "
                + "<code class=\"chat-math\">$E = mc^2$</code> <code class=\"chat-math\">$\\alpha$</code></p>"),
        ("价格是$5，原价$6。 $5和6$的", "<p>价格是$5，原价$6。 $5和6$的</p>"),
        ("Restaurant: $$ – $$$ or $$ to $$ range", "<p>Restaurant: $$ – $$$ or $$ to $$ range</p>"),
        (
            "$$x^2$$ inline $$a+b$$",
            "<p><code class=\"chat-math\">$$x^2$$</code> inline <code class=\"chat-math\">$$a&#x2B;b$$</code></p>"),
        (
            "| $5 | $6 |\n|---|---|\n| $x$ | $a \\| b$ |",
            "<table><thead><tr><th>$5</th><th>$6</th></tr></thead><tbody><tr><td><code class=\"chat-math\">$x$</code></td><td><code "
                + "class=\"chat-math\">$a | b$</code></td></tr></tbody></table>"),
        ("\\[not a link\\] \\[1\\] \\(see note\\) \\*x\\*", "<p>[not a link] [1] (see note) *x*</p>"),
        ("- \\[x\\]\n- \\[ \\] b", "<ul><li>[x]</li><li>[ ] b</li></ul>"),
        (
            "$ 5 $ **$5** and **$6** **$5** or **6$**",
            "<p>$ 5 $ <strong>$5</strong> and <strong>$6</strong> <strong>$5</strong> or <strong>6$</strong></p>"),
        ("\\\\(x\\\\)", "<p>\\(x\\)</p>"),
        ("\\[x\\]", "<p>[x]</p>"),
        ("costs $5 + tax, or 6$.", "<p>costs $5 &#x2B; tax, or 6$.</p>"),
    ];

    /// <summary>Gets everything else.</summary>
    public static IReadOnlyList<(string Markdown, string Html)> Others { get; } =
    [
        (
            "- [ ] todo\n- [x] done\n- see [x] here\n- [x](https://a.b)\n1. [X] n",
            "<ul><li>☐ todo</li><li>☑ done</li><li>see [x] here</li><li><a href=\"https://a.b/\">x</a></li></ul><ol><li>☑ n</li></ol>"),
        ("> [!NOTE]\n> Text *a*\n>\n> b", "<blockquote><p><strong>NOTE</strong></p><p>Text <em>a</em></p><p>b</p></blockquote>"),
        ("> [!WARNING] Title\n> b", "<blockquote><p>[!WARNING] Title\nb</p></blockquote>"),
        ("#Title\n##Two\n# **Bold**", "<p>#Title\n##Two</p><p class=\"chat-heading\"><strong>Bold</strong></p>"),
        ("1. One\n  - two\n2. Two", "<ol><li>One</li></ol><ul><li>two</li></ul><ol start=\"2\"><li>Two</li></ol>"),
        ("• a\n• b", "<p>• a\n• b</p>"),
        ("text\n---\nmore", "<p class=\"chat-heading\">text</p><p>more</p>"),
        (
            "<details><summary>x</summary>\n\nbody\n\n</details> H<sub>2</sub>O",
            "<p>&lt;details&gt;&lt;summary&gt;x&lt;/summary&gt;</p><p>body</p><p>&lt;/details&gt; H&lt;sub&gt;2&lt;/sub&gt;O</p>"),
        ("Term\n: def", "<p>Term\n: def</p>"),
        ("- a\n    - b\n        - c\n   - d", "<ul><li>a<ul><li>b<ul><li>c</li></ul></li><li>d</li></ul></li></ul>"),
        (
            "1. a\n   ```{python}\n   x\n   ```\n2. b",
            "<ol><li>a<pre><button type=\"button\" class=\"chat-copy\" data-chat-copy "
                + "aria-label=\"\u0001\"></button><code>x</code></pre></li><li>b</li></ol>"),
        ("```", "<pre><button type=\"button\" class=\"chat-copy\" data-chat-copy aria-label=\"\u0001\"></button><code></code></pre>"),
        (
            "~~~js title=\"a\"\nx",
            "<pre data-language=\"js\"><button type=\"button\" class=\"chat-copy\" data-chat-copy "
                + "aria-label=\"\u0001\"></button><code>x</code></pre>"),
        (
            "> ```\n> a\n> ```",
            "<blockquote><pre><button type=\"button\" class=\"chat-copy\" data-chat-copy "
                + "aria-label=\"\u0001\"></button><code>a</code></pre></blockquote>"),
        ("**שלום** עולם", "<p><strong>שלום</strong> עולם</p>"),
        ("** a ** b", "<p>** a ** b</p>"),
        ("a\u200B**b**\u200Bc", "<p>a\u200B<strong>b</strong>\u200Bc</p>"),
        ("@ a@ @b a@b", "<p>@ a@ @b a@b</p>"),
        ("[a@b.cd](https://x.y)", "<p><a href=\"https://x.y/\">a@b.cd</a></p>"),
    ];

    /// <summary>Gets all of them.</summary>
    public static IEnumerable<(string Markdown, string Html)> All { get; } =
        [.. Emphasis, .. Links, .. Tables, .. Footnotes, .. Formulas, .. Others];
}
