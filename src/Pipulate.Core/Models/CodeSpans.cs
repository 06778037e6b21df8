namespace Pipulate.Models;

/// <summary>
/// Tells whether a place in a growing Markdown text is inside a fenced code block or a code span. Reads each character once.
/// </summary>
internal struct CodeSpans
{
    private const int FenceLength = 3;
    private const int Indent = 3;

    private char _fence;
    private int _fenceLength;
    private int _span;
    private char _runOf;
    private int _run;
    private bool _runBeganLine;
    private int _column;
    private bool _lineHasText;

    /// <summary>Determines whether what comes next is inside code. What comes next must not be the same mark that came last.</summary>
    public bool IsInside()
    {
        EndRun();
        return _fence != default || _span > 0;
    }

    /// <summary>Reads the next character.</summary>
    public void Read(char character)
    {
        if (character is '`' or '~' && (_run == 0 || _runOf == character))
        {
            if (_run++ == 0)
            {
                (_runOf, _runBeganLine) = (character, !_lineHasText && _column <= Indent);
            }

            _lineHasText = true;
            return;
        }

        EndRun();
        if (character == '\n')
        {
            // A code span ends with its paragraph at the latest.
            _span = _lineHasText ? _span : 0;
            (_lineHasText, _column) = (false, 0);
            return;
        }

        _column++;
        _lineHasText |= !char.IsWhiteSpace(character);
    }

    private void EndRun()
    {
        if (_run >= FenceLength && _runBeganLine && _fence == default && _span == 0)
        {
            (_fence, _fenceLength) = (_runOf, _run);
        }
        else if (_fence != default)
        {
            if (_runBeganLine && _runOf == _fence && _run >= _fenceLength)
            {
                _fence = default;
            }
        }
        else if (_run > 0 && _runOf == '`')
        {
            _span = _span == 0 ? _run : _span == _run ? 0 : _span;
        }

        _run = 0;
    }
}
