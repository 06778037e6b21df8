namespace Pipulate.FakeOllama;

/// <summary>A number that only grows, and that a test can wait for.</summary>
internal sealed class Counter
{
    private readonly Lock _gate = new();
    private readonly List<(int Least, TaskCompletionSource Reached)> _waiting = [];
    private int _value;

    public int Value
    {
        get
        {
            lock (_gate)
            {
                return _value;
            }
        }
    }

    public void Increment()
    {
        List<TaskCompletionSource> reached;
        lock (_gate)
        {
            _value++;
            reached = [.. _waiting.Where(waiter => waiter.Least <= _value).Select(waiter => waiter.Reached)];
            _waiting.RemoveAll(waiter => waiter.Least <= _value);
        }

        reached.ForEach(waiter => waiter.TrySetResult());
    }

    public Task WaitForAsync(int least, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_value >= least)
            {
                return Task.CompletedTask;
            }

            var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Add((least, reached));
            return reached.Task.WaitAsync(cancellationToken);
        }
    }
}
