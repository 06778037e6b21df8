namespace Pipulate.FakeOllama.Hosting;

/// <summary>A number that only grows, and that can be waited for.</summary>
internal sealed class CountSignal
{
    private readonly Lock _gate = new();
    private readonly List<(int Count, TaskCompletionSource Reached)> _waiting = [];
    private int _value;

    public int Value => Volatile.Read(ref _value);

    public void Increment()
    {
        lock (_gate)
        {
            var value = ++_value;
            foreach (var (_, reached) in _waiting.Where(w => w.Count <= value))
            {
                reached.TrySetResult();
            }

            _waiting.RemoveAll(w => w.Count <= value);
        }
    }

    public Task WaitAsync(int count, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_value >= count)
            {
                return Task.CompletedTask;
            }

            var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Add((count, reached));
            return reached.Task.WaitAsync(cancellationToken);
        }
    }
}
