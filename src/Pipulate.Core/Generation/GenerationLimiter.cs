using Pipulate.Telemetry;

namespace Pipulate.Generation;

/// <summary>
/// Restricts how many replies are generated at once in this process. Those that wait get a place in the order in which they came.
/// Thread-safe.
/// </summary>
internal sealed class GenerationLimiter(int places) : IReplyLoad
{
    private readonly Lock _gate = new();
    private readonly LinkedList<Waiting> _line = [];
    private int _running;

    /// <summary>Gets the number of replies that are being generated.</summary>
    public int Running
    {
        get
        {
            lock (_gate)
            {
                return _running;
            }
        }
    }

    /// <summary>Gets the number of replies that wait.</summary>
    public int QueueLength
    {
        get
        {
            lock (_gate)
            {
                return _line.Count;
            }
        }
    }

    /// <summary>Takes a place, or stands at the end of the line.</summary>
    /// <param name="moved">Receives the place in the queue, from 1, at first and with each change; not called if one is free.</param>
    public Waiting Acquire(Action<int> moved)
    {
        var waiting = new Waiting(this, moved);
        lock (_gate)
        {
            if (_running < places)
            {
                _running++;
                waiting.Come(granted: true);
            }
            else
            {
                _line.AddLast(waiting);
                moved(_line.Count);
            }
        }

        return waiting;
    }

    /// <summary>Gives a place back, to the first in the line if there is one.</summary>
    public void Release()
    {
        lock (_gate)
        {
            if (_line.First is not { Value: var next })
            {
                _running--;
                return;
            }

            _line.RemoveFirst();
            next.Come(granted: true);
            TellPlaces();
        }
    }

    private void GiveUp(Waiting waiting)
    {
        lock (_gate)
        {
            if (_line.Remove(waiting))
            {
                waiting.Come(granted: false);
                TellPlaces();
            }
        }
    }

    private void TellPlaces()
    {
        var place = 0;
        foreach (var waiting in _line)
        {
            waiting.Moved(++place);
        }
    }

    /// <summary>Represents a place in the queue.</summary>
    public sealed class Waiting(GenerationLimiter line, Action<int> moved)
    {
        private readonly TaskCompletionSource<bool> _turn = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>
        /// Gets a task that ends with true when the place is granted, which is then to be released; with false when the wait was given up.
        /// </summary>
        public Task<bool> Granted => _turn.Task;

        internal Action<int> Moved { get; } = moved;

        /// <summary>Leaves the line; one who has a place already keeps it.</summary>
        public void GiveUp() => line.GiveUp(this);

        internal void Come(bool granted) => _turn.SetResult(granted);
    }
}
