using Microsoft.Extensions.Time.Testing;

namespace Pipulate.Testing;

/// <summary>
/// Extends <see cref="FakeTimeProvider"/> to report when something has begun to wait. It starts at 2026-01-01 00:00 UTC and advances only
/// when a test calls <see cref="FakeTimeProvider.Advance"/>. Register it as the application's <see cref="TimeProvider"/>. Safe for
/// concurrent use.
/// </summary>
public sealed class ManualTimeProvider : FakeTimeProvider
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(5);

    private readonly Lock _gate = new();
    private readonly List<WatchedTimer> _timers = [];
    private readonly List<(TimeSpan Due, TaskCompletionSource Seen)> _watchers = [];

    /// <summary>Initializes a clock that stands at 2026-01-01 00:00 UTC.</summary>
    public ManualTimeProvider()
        : base(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero))
    {
    }

    /// <summary>
    /// Waits until a timer runs that is due in exactly this time: then what was to begin to wait has begun, and
    /// <see cref="FakeTimeProvider.Advance"/> does not come too early.
    /// </summary>
    /// <param name="due">The time from now on.</param>
    /// <returns>A task that ends when there is such a timer.</returns>
    /// <exception cref="TimeoutException">There was none within 20 seconds.</exception>
    public async Task WaitForTimerAsync(TimeSpan due)
    {
        TaskCompletionSource seen;
        lock (_gate)
        {
            if (_timers.Any(timer => timer.Due == GetUtcNow() + due))
            {
                return;
            }

            seen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _watchers.Add((due, seen));
        }

        try
        {
            await seen.Task.WaitAsync(Patience);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException(
                $"Nothing has begun to wait for {due} within {Patience.TotalSeconds} s. Timers are due in: {Describe()}.");
        }
    }

    /// <summary>
    /// Moves the clock on, step by step, until a task has ended: for an application that lives by this clock, in which nothing goes on by
    /// itself.
    /// </summary>
    /// <typeparam name="T">What the task gives.</typeparam>
    /// <param name="task">The task, such as a wait of a <see cref="ChatTranscript"/>.</param>
    /// <param name="step">
    /// How far at a time. Between two steps the application has a moment of real time: a step is to be shorter than the limits that are not
    /// to be reached.
    /// </param>
    /// <returns>What the task has given.</returns>
    public async Task<T> AdvanceUntilAsync<T>(Task<T> task, TimeSpan step)
    {
        ArgumentNullException.ThrowIfNull(task);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(step, TimeSpan.Zero);
        using var moment = new PeriodicTimer(Moment);
        while (!task.IsCompleted)
        {
            Advance(step);
            await moment.WaitForNextTickAsync();
        }

        return await task;
    }

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ArgumentNullException.ThrowIfNull(callback);
        var timer = new WatchedTimer(this, callback, state);
        timer.Begin(
            base.CreateTimer(static timer => ((WatchedTimer)timer!).Fire(), timer, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan));
        timer.Change(dueTime, period);
        return timer;
    }

    private void Tell(TimeSpan due)
    {
        lock (_gate)
        {
            _watchers.Where(watcher => watcher.Due == due).ToList().ForEach(watcher => watcher.Seen.TrySetResult());
            _watchers.RemoveAll(watcher => watcher.Due == due);
        }
    }

    private string Describe()
    {
        lock (_gate)
        {
            var due = _timers.Select(timer => $"{timer.Due - GetUtcNow()}").ToList();
            return due.Count > 0 ? string.Join(", ", due) : "(none)";
        }
    }

    /// <summary>Wraps a timer of the base to know when it is due next. The list holds it while it runs.</summary>
    private sealed class WatchedTimer(ManualTimeProvider time, TimerCallback callback, object? state) : ITimer
    {
        private ITimer? _timer;
        private TimeSpan _period;

        public DateTimeOffset Due { get; private set; }

        public void Begin(ITimer timer) => _timer = timer;

        public void Fire()
        {
            lock (time._gate)
            {
                if (_period > TimeSpan.Zero)
                {
                    Due += _period;
                }
                else
                {
                    time._timers.Remove(this);
                }
            }

            callback(state);
        }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (time._gate)
            {
                time._timers.Remove(this);
                _period = period;
                if (dueTime != Timeout.InfiniteTimeSpan)
                {
                    Due = time.GetUtcNow() + dueTime;
                    time._timers.Add(this);
                }
            }

            // The base calls back at once what is due now, so it is asked outside of the lock, and before a test is notified of it.
            var changed = _timer!.Change(dueTime, period);
            time.Tell(dueTime);
            return changed;
        }

        public void Dispose()
        {
            lock (time._gate)
            {
                time._timers.Remove(this);
            }

            _timer!.Dispose();
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
