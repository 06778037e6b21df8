using Pipulate.Threading;

namespace Pipulate.Tests.Threading;

public class AsyncAutoResetEventTests
{
    private readonly AsyncAutoResetEvent _signal = new();

    [Fact]
    public async Task WaitAsync_SetBefore_EndsAtOnceAndManySetsCountAsOne()
    {
        _signal.Set();
        _signal.Set();
        var first = _signal.WaitAsync().AsTask();
        Assert.True(first.IsCompletedSuccessfully);
        await first;

        Assert.False(_signal.WaitAsync().AsTask().IsCompleted);
    }

    [Fact]
    public async Task WaitAsync_SetLater_Ends()
    {
        var waiting = _signal.WaitAsync().AsTask();
        Assert.False(waiting.IsCompleted);
        _signal.Set();

        await waiting.WaitAsync(TestTime.Timeout, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Set_FromManyThreads_NoneIsMissed()
    {
        const int Turns = 2_000;
        var answered = new AsyncAutoResetEvent();
        var setting = Task.Run(
            async () =>
            {
                for (var i = 0; i < Turns; i++)
                {
                    _signal.Set();
                    await answered.WaitAsync();
                }
            },
            TestContext.Current.CancellationToken);

        for (var i = 0; i < Turns; i++)
        {
            await _signal.WaitAsync().AsTask().WaitAsync(TestTime.Timeout, TestContext.Current.CancellationToken);
            answered.Set();
        }

        await setting.WaitAsync(TestTime.Timeout, TestContext.Current.CancellationToken);
    }
}
