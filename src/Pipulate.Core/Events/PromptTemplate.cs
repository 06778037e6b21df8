using System.Buffers;
using System.Globalization;
using System.Text;
using Pipulate.Events.Values;

namespace Pipulate.Events;

/// <summary>
/// Represents a text with placeholders, parsed once: <c>They deleted {title}.</c>, <c>{result.Title}</c>, and <c>{{</c> and <c>}}</c> for
/// braces. Rendering is a single pass: what a value holds is never read as a template.
/// </summary>
internal sealed class PromptTemplate
{
    private static readonly SearchValues<char> Braces = SearchValues.Create("{}");

    /// <summary>Bounds the builder that is kept, because each thread keeps one.</summary>
    private const int LargestSpare = 1024;

    [ThreadStatic]
    private static StringBuilder? _spare;

    private readonly Part[] _parts;

    private PromptTemplate(string source, Part[] parts)
    {
        Source = source;
        _parts = parts;
    }

    public string Source { get; }

    /// <summary>Gets the names between the braces, in their order.</summary>
    public IEnumerable<string> Names => _parts.Select(part => part.Name).OfType<string>();

    /// <summary>Parses a template.</summary>
    /// <exception cref="FormatException">A brace stands alone, or a placeholder is no name.</exception>
    public static PromptTemplate Parse(string source)
    {
        var parts = new List<Part>();
        var text = new StringBuilder();
        var i = 0;
        while (i < source.Length)
        {
            var brace = source.AsSpan(i).IndexOfAny(Braces);
            if (brace < 0)
            {
                text.Append(source, i, source.Length - i);
                break;
            }

            text.Append(source, i, brace);
            i += brace;
            if (i + 1 < source.Length && source[i + 1] == source[i])
            {
                text.Append(source[i]);
                i += 2;
                continue;
            }

            if (source[i] == '}')
            {
                throw new FormatException(
                    $"The template \"{source}\" has a closing brace at position {i + 1} that nothing opens. Write }}}} for a brace.");
            }

            var end = source.IndexOf('}', i);
            if (end < 0)
            {
                throw new FormatException(
                    $"The template \"{source}\" opens a placeholder at position {i + 1} and does not close it. Write {{{{ for a brace.");
            }

            var name = source[(i + 1)..end];
            if (!IsName(name))
            {
                throw new FormatException(
                    $"The template \"{source}\" has a placeholder {{{name}}} that is no name. "
                        + "Names are like {title} or {todo.Title}; write {{ for a brace.");
            }

            parts.Add(new Part(text.ToString(), name));
            text.Clear();
            i = end + 1;
        }

        if (text.Length > 0 || parts.Count == 0)
        {
            parts.Add(new Part(text.ToString(), null));
        }

        return new PromptTemplate(source, [.. parts]);
    }

    /// <summary>Puts the values in.</summary>
    /// <param name="values">Where values come from.</param>
    /// <param name="quoted">Whether a text is written as a JSON string, as the model gets it, or plain, as people do.</param>
    /// <param name="longestValue">How many characters of a value are taken.</param>
    /// <param name="unknown">Receives each name that nothing supplies; "(unknown)" stands in its place.</param>
    public string Render(IPlaceholderValues values, bool quoted, int longestValue, Action<string>? unknown = null)
    {
        // Taken while it is in use: a value's own ToString may render a template in turn.
        var text = _spare ?? new StringBuilder(LargestSpare);
        _spare = null;
        var culture = new CultureScope(quoted ? CultureInfo.InvariantCulture : values.Reader ?? CultureInfo.CurrentCulture, quoted);
        try
        {
            foreach (var (literal, name) in _parts)
            {
                text.Append(literal);
                if (name is not null)
                {
                    Append(text, values, name, quoted, longestValue, culture, unknown);
                }
            }
        }
        finally
        {
            culture.Leave();
        }

        var rendered = text.ToString();
        if (text.Capacity <= LargestSpare)
        {
            _spare = text.Clear();
        }

        return rendered;
    }

    private static void Append(
        StringBuilder text,
        IPlaceholderValues values,
        string name,
        bool quoted,
        int longestValue,
        in CultureScope culture,
        Action<string>? unknown)
    {
        var beginning = text.Length;
        try
        {
            if (name.Contains('.', StringComparison.Ordinal))
            {
                culture.Enter();
            }

            if (!values.TryGet(name, out var value))
            {
                text.Append(PlaceholderValue.Unknown);
                unknown?.Invoke(name);
            }
            else if (value is string words)
            {
                PlaceholderValue.AppendText(text, words, quoted, longestValue);
            }
            else if (value is LongText longer)
            {
                PlaceholderValue.AppendText(text, longer.Text, quoted, longestValue * LongText.Factor);
            }
            else
            {
                culture.Enter();
                AppendObject(text, values, name, value, quoted, longestValue);
            }
        }
        catch (Exception exception) when (values.TryReport(name, exception))
        {
            // A property or a ToString of the application's has thrown. The rest of the text is still sent.
            text.Length = beginning;
            text.Append(PlaceholderValue.Unknown);
        }
    }

    /// <summary>Writes a value in a method of its own, so that texts do not pay for the closure.</summary>
    private static void AppendObject(
        StringBuilder text, IPlaceholderValues values, string name, object? value, bool quoted, int longestValue) =>
        PlaceholderValue.Append(text, value, quoted, longestValue, values.Shapes, exception => values.TryReport(name, exception));

    private static bool IsName(string name)
    {
        foreach (var part in name.Split('.'))
        {
            if (part.Length == 0
                || !(char.IsLetter(part[0]) || part[0] == '_')
                || !part.All(character => char.IsLetterOrDigit(character) || character is '_' or '-'))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Represents a piece of literal text and the placeholder that follows it, if one does.</summary>
    private readonly record struct Part(string Literal, string? Name);
}
