namespace Pipulate.Tests;

/// <summary>What models write, and what is hard about it when it comes in pieces.</summary>
internal static class MarkdownCorpus
{
    /// <summary>A bit of everything, as one answer has it.</summary>
    public const string Answer =
        "# Plan\n\nFirst, **install** it:\n\n```bash\ndotnet add package Pipulate.AspNetCore\n```\n\nThen:\n\n1. Call "
            + "`AddPipulate()`.\n2. Call `MapPipulate()`.\n\n| step | time |\n|---|---|\n| one | 1 min |\n\n> Note: done.\n\nSee [docs](https://example.org/docs). And here is a paragraph of plain words, for most of what a model says is just that, with a *word* here and there that it means.\n\n";

    public static IReadOnlyList<string> All { get; } =
    [
        "",
        "One remark.",
        "Two lines\nof one paragraph.",
        "One paragraph.\n\nAnother, with **bold**, *italic*, ***both***, ~~struck~~ and `code`.\n\n\n\nA third after many blank lines.\n",
        "\n\n  \nBlank lines first.\n\n   \n\t\nAnd between.",
        "Unclosed **bold and `code and [link](http",
        "Emoji \U0001F468\u200D\U0001F469\u200D\U0001F467 and 日本語 and e\u0301.\n\nGrüße \U0001F600!\n\n\U0001F600",
        "# Title\nText at once.\n## Second\n\n### Third ###\n####### no heading\n#none\n\nSetext\n===\n\nOther\n---\n",
        "Before:\n```js\nconst a = 1;\n\nif (a < 2) { b(); }\n```\nAfter.",
        "```\nno language\n```\n\n~~~python\n```\n~~~\n\n````md\n```\ninner\n```\n````\n",
        "A fence that never closes:\n\n```c++\nint main() { return 0; }\n\n- no list\n# no heading",
        "```c#\nvar x = \"<b>\";\n```   \ntext\n   ```\n   indented fence\n  ```\n",
        "Not a fence: ```inline``` and\n``` also ``` inline\n\nend",
        "    indented code\n\n    goes on\nnot any more\n\n\ttab code\n",
        "- one\n- two\n  more of two\n- three",
        "- one\n\n- two\n\n  paragraph of two\n\n- three\n\nNo list any more.",
        "1. one\n2. two\n3. three\n\n4. four after a blank line\n\n7. seven",
        "1. First:\n   ```py\n   x = 1\n\n   y = 2\n   ```\n2. Second\n   - inner\n   - inner\n     1. innermost\n\n   end of "
            + "second\n3. Third",
        "Here are some:\n* **Bold**: text\n* **Other**: text\n\t* nested by tab\n\n* after",
        "1) one\n2) two\n- other\n+ third\n* fourth\n*not an item\n-neither\n1.nor\n",
        "  - indented\n  - items\n    - nested\n\n    text of nested\n\n back",
        "- \n- empty\n-\n\n1.\n2. x",
        "10. ten\n11. eleven\n\n    belongs to eleven\n\n   does not\n",
        "A paragraph with 2. in it\n2. and no list\n1. but this is one\n",
        "> quote\nlazy\n> more\n\n> second\n>\n> - list in it\n> - more\n>\n> ```\n> code\n> ```\n\nend",
        "> > nested\n> back\n\n- > quote in a list\n  > more\n- end",
        "| a | b |\n|---|--:|\n| 1 | 2 |\n| **x** | `y|z` |\n\nText | with | bars.\n\na | b\n--|--\n1 | 2\nlast\n",
        "| a |\n|---|\n",
        "***\n\n---\n- - -\n\n* * *\ntext\n\n___",
        "[link](https://example.org/a?b=c&d=e), <https://example.org>, https://example.org/path, www.example.org, <a@example.org>, "
            + "[mail](mailto:a@example.org)",
        "[ref], [text][ref], [other]\n\nmore\n\n[ref]: https://example.org/ \"title\"\n[other]: javascript:alert(1)\n\nend [ref]",
        "[ref]: https://example.org/\n",
        "![alt](https://example.org/a.png) and ![](https://example.org/b.png) and [![in](https://example.org/c.png)](https://example.org/)",
        "[a [nested](https://example.org/1) b](https://example.org/2)",
        "Entities &amp; &lt;b&gt; &copy; &#x41; &nope; & < > \" '",
        "Escapes \\*not bold\\* \\# \\[x\\] \\\\ \\",
        "<div>\n**html** is text\n</div>\n\n<!-- comment -->\n\n<br>inline <b>x</b>",
        "Hard  \nbreak\\\nand soft\nbreak",
        "Trailing spaces   \n   \n   leading spaces\n\n\ttab",
        "Text\n- item\n\n\n\n- item far away\n\n\n\nText far away\n\n    code far away\n",
        "- a\n```\nfence ends the list\n```\n- b\n# heading ends it\n- c\n> quote\n\nend",
        "1. a\n\n   b\n\n2. c\n   ```\n   open in the item\n3. d\n",
        "* a\n\n\n  b\n* c\n\n        code in c\n\nd",
        Answer,
        "```\n```\n\n```\n\n```",
        "``` `not\nfence\n\n~~~ `is\nfence\n~~~\n",
        "line\r\nwith\r\n\r\nreturns",
        "a\n\n#\n\n##\n\nb",
        "x\n=\ny\n-\nz",
        "- [ ] no task\n- [x] list",
        "Term\n: no definition\n\n[^1] no footnote\n\n==no mark== ^no sup^ ~no sub~ ++no ins++ :smile: $x$",
        string.Concat(Enumerable.Range(1, 40).Select(i => $"{i}. item **{i}**\n")),
        new string('\n', 50),
        new string('`', 30) + "\n" + new string('#', 30) + "\n" + new string('-', 30),
        .. MarkdownSamples.All.Select(sample => sample.Markdown),
    ];
}
