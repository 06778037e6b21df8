using System.Text;
using Pipulate.Conversations.Entries;

namespace Pipulate.Nodes;

/// <summary>Represents missing text of an entry: how long the entry is known to be, and the text that came behind the gap.</summary>
internal sealed class Gap
{
    /// <summary>Caps the text that is kept; the store has the rest by then.</summary>
    private const int Longest = 32 * 1024;

    private readonly StringBuilder _behind = new();
    private int _from;
    private int _epoch;
    private int _through;

    /// <summary>Gets or sets how often it was looked for without success.</summary>
    public int Attempts { get; set; }

    public void Note(in EntryFrame frame)
    {
        if (frame.Epoch < _epoch)
        {
            return;
        }

        _through = frame.Epoch > _epoch ? frame.Through : Math.Max(_through, frame.Through);
        if (frame.Epoch > _epoch || frame.Offset != _from + _behind.Length || _behind.Length > Longest)
        {
            _behind.Clear();
            _from = frame.Offset;
        }

        _epoch = frame.Epoch;
        _behind.Append(frame.Text);
    }

    /// <summary>Gets the text behind the gap, to be applied when the gap is filled.</summary>
    public EntryFrame Behind(Guid entry) => new(entry, _epoch, _from, _behind.ToString());

    /// <summary>Decides whether an entry is as long as it is known to be.</summary>
    public bool IsFilled(int epoch, int length) => epoch > _epoch || (epoch == _epoch && length >= _through);
}
