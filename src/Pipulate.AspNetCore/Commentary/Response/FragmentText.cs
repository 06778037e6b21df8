using System.Net;
using System.Text;

namespace Pipulate.Commentary.Response;

/// <summary>
/// Reads the text of an HTML fragment as a person sees it, roughly: without tags, scripts and comments, with one space where there was
/// markup or white space. It is for the model to read and is never put into a page.
/// </summary>
internal static class FragmentText
{
    private static readonly string[] Invisible = ["script", "style", "template", "title", "noscript"];

    /// <summary>Gets the text.</summary>
    /// <param name="utf8">The beginning of the response; a character that is cut at its end is dropped.</param>
    /// <param name="html">Whether it is HTML, or text already.</param>
    public static string Of(ReadOnlySpan<byte> utf8, bool html)
    {
        var source = Encoding.UTF8.GetString(utf8).TrimEnd('\uFFFD');
        return Collapse(html ? WebUtility.HtmlDecode(WithoutTags(source)) : source);
    }

    private static string WithoutTags(string source)
    {
        var text = new StringBuilder(source.Length);
        var rest = source.AsSpan();
        while (rest.IndexOf('<') is var start and >= 0)
        {
            text.Append(rest[..start]).Append(' ');
            rest = rest[start..];
            var end = rest.StartsWith("<!--", StringComparison.Ordinal) ? EndOf(rest, "-->") : EndOfTag(rest);
            foreach (var name in Invisible)
            {
                if (IsTag(rest, name))
                {
                    end = EndOf(rest, $"</{name}>");
                    break;
                }
            }

            rest = rest[end..];
        }

        return text.Append(rest).ToString();
    }

    private static bool IsTag(ReadOnlySpan<char> markup, string name) =>
        markup.Length > name.Length + 1
        && markup[1..].StartsWith(name, StringComparison.OrdinalIgnoreCase)
        && markup[name.Length + 1] is '>' or ' ' or '\n' or '\t' or '\r' or '/';

    private static int EndOf(ReadOnlySpan<char> markup, string end) =>
        markup.IndexOf(end, StringComparison.OrdinalIgnoreCase) is var at and >= 0 ? at + end.Length : markup.Length;

    /// <summary>Finds the end of a tag; a <c>&gt;</c> in an attribute's quotation marks does not end it.</summary>
    private static int EndOfTag(ReadOnlySpan<char> markup)
    {
        var quote = '\0';
        for (var i = 1; i < markup.Length; i++)
        {
            if (quote != '\0')
            {
                quote = markup[i] == quote ? '\0' : quote;
            }
            else if (markup[i] == '>')
            {
                return i + 1;
            }
            else if (markup[i] is '"' or '\'')
            {
                quote = markup[i];
            }
        }

        return markup.Length;
    }

    private static string Collapse(string text) => string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}
