namespace Pipulate.Connections;

/// <summary>Queues the application's own fragments for a page. They are few and small, because they are stored nowhere else.</summary>
internal sealed class FragmentQueue
{
    public const int Capacity = 64;
    public const int CapacityBytes = 256 * 1024;

    private readonly Lock _gate = new();
    private readonly Queue<ReadOnlyMemory<byte>> _waiting = new();
    private int _bytes;

    public bool TryAdd(ReadOnlyMemory<byte> fragment)
    {
        lock (_gate)
        {
            if (_waiting.Count == Capacity || _bytes + fragment.Length > CapacityBytes)
            {
                return false;
            }

            _waiting.Enqueue(fragment);
            _bytes += fragment.Length;
            return true;
        }
    }

    public bool TryTake(out ReadOnlyMemory<byte> fragment)
    {
        lock (_gate)
        {
            if (!_waiting.TryDequeue(out fragment))
            {
                return false;
            }

            _bytes -= fragment.Length;
            return true;
        }
    }
}
