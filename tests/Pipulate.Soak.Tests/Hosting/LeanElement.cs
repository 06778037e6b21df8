using System.Net;
using System.Text;

namespace Pipulate.Soak.Hosting;

/// <summary>
/// An element of a message or a page, read by the simplest reader that does for what the library writes: a thousand pages in one process
/// could not afford a browser's parser. That it reads as one does is tested.
/// </summary>
internal sealed class LeanElement
{
    private static readonly HashSet<string> Void = ["area", "base", "br", "col", "hr", "img", "input", "link", "meta", "wbr"];
    private static readonly HashSet<string> Raw = ["script", "style"];

    private readonly Dictionary<string, string> _attributes = [];

    /// <summary>Elements, and text as strings, in order.</summary>
    private readonly List<object> _children = [];

    public string Id => this["id"] ?? "";

    public IEnumerable<LeanElement> Elements => _children.OfType<LeanElement>();

    public string Text
    {
        get
        {
            if (_children is [string only])
            {
                return only;
            }

            var text = new StringBuilder();
            AppendText(text);
            return text.ToString();
        }
    }

    public string? this[string attribute] => _attributes.GetValueOrDefault(attribute);

    public bool HasClass(string name) => this["class"]?.Split(' ').Contains(name) is true;

    /// <summary>This element or the first one inside it for which the condition holds.</summary>
    public LeanElement? Find(Func<LeanElement, bool> condition) =>
        condition(this) ? this : Elements.Select(child => child.Find(condition)).FirstOrDefault(found => found is not null);

    /// <summary>Reads a message or a page; what stands at its top is inside the element that is returned.</summary>
    public static LeanElement Parse(string html)
    {
        var root = new LeanElement();
        var open = new Stack<(string Name, LeanElement Element)>([("", root)]);
        var at = 0;
        while (at < html.Length)
        {
            var tag = html.IndexOf('<', at);
            if (tag != at)
            {
                var text = html[at..(tag < 0 ? html.Length : tag)];
                open.Peek().Element._children.Add(text.Contains('&', StringComparison.Ordinal) ? WebUtility.HtmlDecode(text) : text);
                if (tag < 0)
                {
                    break;
                }
            }

            at = ReadTag(html, tag, open);
        }

        return root;
    }

    private static int ReadTag(string html, int tag, Stack<(string Name, LeanElement Element)> open)
    {
        var at = tag + 1;
        if (html[at] == '!')
        {
            return html.IndexOf('>', at) + 1;
        }

        if (html[at] == '/')
        {
            var closed = html.IndexOf('>', at);
            var ended = html[(at + 1)..closed];
            Assert.Equal(open.Peek().Name, ended);
            open.Pop();
            return closed + 1;
        }

        var name = ReadName(html, ref at);
        var element = new LeanElement();
        open.Peek().Element._children.Add(element);
        while (true)
        {
            while (char.IsWhiteSpace(html[at]) || html[at] == '/')
            {
                at++;
            }

            if (html[at] == '>')
            {
                at++;
                break;
            }

            var attribute = ReadName(html, ref at);
            var value = "";
            if (html[at] == '=')
            {
                Assert.Equal('"', html[at + 1]);
                var end = html.IndexOf('"', at + 2);
                value = WebUtility.HtmlDecode(html[(at + 2)..end]);
                at = end + 1;
            }

            element._attributes[attribute] = value;
        }

        if (Raw.Contains(name))
        {
            return html.IndexOf($"</{name}>", at, StringComparison.Ordinal) + name.Length + 3;
        }

        if (!Void.Contains(name))
        {
            open.Push((name, element));
        }

        return at;
    }

    private static string ReadName(string html, ref int at)
    {
        var begin = at;
        while (html[at] is not (' ' or '\n' or '\r' or '\t' or '=' or '>' or '/'))
        {
            at++;
        }

        return html[begin..at];
    }

    private void AppendText(StringBuilder text)
    {
        foreach (var child in _children)
        {
            if (child is LeanElement element)
            {
                element.AppendText(text);
            }
            else
            {
                text.Append((string)child);
            }
        }
    }
}
