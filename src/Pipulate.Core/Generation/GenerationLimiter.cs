using Pipulate.Telemetry;

namespace Pipulate.Generation;

/// <summary>
/// The places of those who speak at once in this process, and the line of those who wait for one: first come, first served. Thread-safe.
/// </summary>
internal sealed class GenerationLimiter(int places) : IReplyLoad
{
    private readonly Lock _gate = new();
    private readonly LinkedList<Waiting> _line = [];
    private int _running;

    /// <summary>How many speak now.</summary>
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

    /// <summary>How many wait.</summary>
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
    /// <param name="moved">Told the place in the line, from 1, at first and whenever it changes; never told where a place is free.</param>
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

    /// <summary>One in the line.</summary>
    public sealed class Waiting(GenerationLimiter line, Action<int> moved)
    {
        private readonly TaskCompletionSource<bool> _turn = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>True when the place is there, which is then to be left again; false when the wait was given up.</summary>
        public Task<bool> Granted => _turn.Task;

        internal Action<int> Moved { get; } = moved;

        /// <summary>Leaves the line; one who has a place already keeps it.</summary>
        public void GiveUp() => line.GiveUp(this);

        internal void Come(bool granted) => _turn.SetResult(granted);
    }
}
