using System.Text;
using Pipulate.Conversations.Entries;

namespace Pipulate.Nodes;

/// <summary>An entry of which something is missing: how far it is known to be, and what came behind the missing part.</summary>
internal sealed class Gap
{
    /// <summary>What came is kept up to this length; the rest is in the store by then.</summary>
    private const int Longest = 32 * 1024;

    private readonly StringBuilder _behind = new();
    private int _from;
    private int _epoch;
    private int _through;

    /// <summary>How often it was looked for in vain.</summary>
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

    /// <summary>What came, to be taken once the missing part is there.</summary>
    public EntryFrame Behind(Guid entry) => new(entry, _epoch, _from, _behind.ToString());

    /// <summary>Whether an entry is as far as it is known to be.</summary>
    public bool IsFilled(int epoch, int length) => epoch > _epoch || (epoch == _epoch && length >= _through);
}
