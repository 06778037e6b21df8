namespace Pipulate.Testing;

/// <summary>
/// A clock that only goes on when a test says so, and that tells when somebody has begun to wait. Register it as the application's <see cref="TimeProvider"/>. Safe for concurrent use.
/// </summary>
public sealed class ManualTimeProvider : TimeProvider
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(5);

    private readonly Lock _gate = new();
    private readonly List<ManualTimer> _timers = [];
    private readonly List<(TimeSpan Due, TaskCompletionSource Seen)> _watchers = [];
    private DateTimeOffset _now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <inheritdoc/>
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow()
    {
        lock (_gate)
        {
            return _now;
        }
    }

    /// <inheritdoc/>
    public override long GetTimestamp() => GetUtcNow().Ticks;

    /// <summary>
    /// Moves the clock on and fires what has become due, on this thread and in its order.
    /// </summary>
    /// <param name="time">How far.</param>
    public void Advance(TimeSpan time)
    {
        List<ManualTimer> due;
        lock (_gate)
        {
            _now += time;
            due = [.. _timers.Where(timer => timer.Due <= _now).OrderBy(timer => timer.Due)];
            due.ForEach(timer => timer.Due = timer.Period > TimeSpan.Zero ? _now + timer.Period : null);
        }

        due.ForEach(timer => timer.Fire());
    }

    /// <summary>
    /// Waits until a timer runs that is due in exactly so long: whoever was to begin to wait has begun, and <see cref="Advance"/> will not come too early.
    /// </summary>
    /// <param name="due">How long from now on.</param>
    /// <returns>A task that ends when there is one.</returns>
    /// <exception cref="TimeoutException">There was none within 20 seconds.</exception>
    public async Task WaitForTimerAsync(TimeSpan due)
    {
        TaskCompletionSource seen;
        lock (_gate)
        {
            if (_timers.Any(timer => timer.Due == _now + due))
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
            throw new TimeoutException($"Nobody has begun to wait for {due} within {Patience.TotalSeconds} s. Timers are due in: {Describe()}.");
        }
    }

    /// <summary>
    /// Moves the clock on, step by step, until a task has ended: for an application that lives by this clock, in which nothing goes on by itself.
    /// </summary>
    /// <typeparam name="T">What the task gives.</typeparam>
    /// <param name="task">The task, such as a wait of a <see cref="ChatTranscript"/>.</param>
    /// <param name="step">How far at a time. Between two steps the application has a moment of real time: a step is to be shorter than the limits that are not to be reached.</param>
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
        var timer = new ManualTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    private string Describe()
    {
        lock (_gate)
        {
            var due = _timers.Where(timer => timer.Due is not null).Select(timer => $"{timer.Due - _now}").ToList();
            return due.Count > 0 ? string.Join(", ", due) : "(none)";
        }
    }

    private sealed class ManualTimer(ManualTimeProvider time, TimerCallback callback, object? state) : ITimer
    {
        public DateTimeOffset? Due { get; set; }

        public TimeSpan Period { get; private set; }

        public void Fire() => callback(state);

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (time._gate)
            {
                time._timers.Remove(this);
                Due = dueTime == Timeout.InfiniteTimeSpan ? null : time._now + dueTime;
                Period = period;
                if (Due is not null)
                {
                    time._timers.Add(this);
                    time._watchers.Where(watcher => watcher.Due == dueTime).ToList().ForEach(watcher => watcher.Seen.TrySetResult());
                    time._watchers.RemoveAll(watcher => watcher.Due == dueTime);
                }
            }

            return true;
        }

        public void Dispose() => Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
