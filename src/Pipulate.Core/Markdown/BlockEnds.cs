namespace Pipulate.Markdown;

/// <summary>
/// Finds where the blocks of a text end while it still grows: at a blank line, with a heading, at the fence that closes code, and where
/// the next item of a list begins. It reads each line once and never goes back. In rare cases CommonMark differs; this is visible only
/// until the entry ends, because it is then rendered again as a whole.
/// </summary>
internal struct BlockEnds
{
    /// <summary>Holds how many characters decide what a line is: nine digits, the dot, five spaces and a letter.</summary>
    private const int Telling = 16;

    /// <summary>Caps how much of a line is looked at; a fence or an indentation of this length cannot become anything else.</summary>
    private const int LongestBeginning = 1_000;

    private Kind _open;
    private int _indentation;
    private char _fence;
    private int _fenceLength;
    private string? _formulaEnd;
    private bool _afterBlank;
    private bool _endsWithLine;

    private enum Kind
    {
        None,
        Text,
        Heading,
        Fence,
        Item,
        Code,
        Formula,
    }

    /// <summary>Reads the beginning of a line.</summary>
    /// <param name="line">The line, or what has come of it.</param>
    /// <param name="whole">Whether that is all of it.</param>
    /// <returns>Whether the block before ends where this line begins; null if more of the line is needed to decide.</returns>
    public bool? Begin(ReadOnlySpan<char> line, bool whole)
    {
        whole |= line.Length >= LongestBeginning;
        var rest = line.TrimStart(" \t");
        if (_open is Kind.Fence)
        {
            if (!whole && !rest.ContainsAnyExcept(_fence, ' ', '\t'))
            {
                return null;
            }

            _endsWithLine = Indentation(line) < 4 && ClosesFence(rest);
            return false;
        }

        if (!whole && (_open is Kind.Formula || rest.Length < Telling || IsFence(rest)))
        {
            return null;
        }

        if (rest.IsEmpty)
        {
            _afterBlank = true;
            _endsWithLine = _open is not (Kind.Item or Kind.Code);
            return false;
        }

        if (_open is Kind.Formula)
        {
            _endsWithLine = rest.TrimEnd().EndsWith(_formulaEnd, StringComparison.Ordinal);
            return false;
        }

        var afterBlank = _afterBlank;
        _afterBlank = false;
        var indentation = Indentation(line);
        if (_open is Kind.Item or Kind.Code && indentation >= _indentation)
        {
            return false;
        }

        var (kind, content, interrupts) = Look(rest, indentation);
        var begins = _open switch
        {
            Kind.None => true,
            Kind.Text => interrupts,
            Kind.Item => afterBlank || interrupts || kind is Kind.Item,
            _ => true,
        };
        if (begins)
        {
            _open = kind;
            _indentation = content;
            _endsWithLine = kind is Kind.Heading;
            _formulaEnd = kind is Kind.Formula ? Mathematics.EndOfBlock(rest) : null;
            if (kind is Kind.Fence)
            {
                _fence = rest[0];
                _fenceLength = rest.IndexOfAnyExcept(_fence) is var length and >= 0 ? length : rest.Length;
            }
        }

        return begins;
    }

    /// <summary>Ends the line.</summary>
    /// <returns>Whether its block ends with it.</returns>
    public bool End()
    {
        if (_endsWithLine)
        {
            _endsWithLine = false;
            _open = Kind.None;
            return true;
        }

        return false;
    }

    /// <summary>
    /// Finds which block a line would begin, the indentation of its content, and whether it can interrupt a paragraph.
    /// </summary>
    private static (Kind Kind, int Content, bool Interrupts) Look(ReadOnlySpan<char> rest, int indentation)
    {
        if (indentation >= 4)
        {
            return (Kind.Code, 4, false);
        }

        if (IsFence(rest))
        {
            return (Kind.Fence, 0, true);
        }

        if (Mathematics.EndOfBlock(rest) is not null)
        {
            return (Kind.Formula, 0, true);
        }

        if (rest.TrimStart('#') is var title && rest.Length - title.Length is >= 1 and <= 6 && (title.IsEmpty || title[0] is ' ' or '\t'))
        {
            return (Kind.Heading, 0, true);
        }

        var digits = rest.IndexOfAnyExceptInRange('0', '9');
        var marker = rest[0] is '-' or '*' or '+' ? 1 : digits is >= 1 and <= 9 && rest[digits] is '.' or ')' ? digits + 1 : 0;
        if (marker == 0 || (marker < rest.Length && rest[marker] is not (' ' or '\t')))
        {
            return (Kind.Text, 0, false);
        }

        var said = rest[marker..].TrimStart(" \t");
        var space = rest.Length - marker - said.Length;
        return (Kind.Item, indentation + marker + (said.IsEmpty || space > 4 ? 1 : space), !said.IsEmpty
            && (digits <= 0 || rest[..digits] is "1"));
    }

    private readonly bool ClosesFence(ReadOnlySpan<char> rest)
    {
        var behind = rest.TrimStart(_fence);
        return rest.Length - behind.Length >= _fenceLength && behind.Trim(" \t").IsEmpty;
    }

    private static bool IsFence(ReadOnlySpan<char> rest) =>
        rest.StartsWith("~~~", StringComparison.Ordinal)
            || (rest.StartsWith("```", StringComparison.Ordinal) && !rest.TrimStart('`').Contains('`'));

    private static int Indentation(ReadOnlySpan<char> line)
    {
        var columns = 0;
        foreach (var character in line)
        {
            if (character == '\t')
            {
                columns += 4 - (columns % 4);
            }
            else if (character == ' ')
            {
                columns++;
            }
            else
            {
                break;
            }
        }

        return columns;
    }
}
