namespace Pipulate.Tests;

public sealed class ManualTimeProviderTests
{
    private readonly ManualTimeProvider _time = new();

    [Fact]
    public async Task Delay_ByThisClock_EndsWhenTheTestSaysSo()
    {
        var delay = Task.Delay(TimeSpan.FromHours(1), _time);
        var before = _time.GetTimestamp();

        _time.Advance(TimeSpan.FromMinutes(59));
        Assert.False(delay.IsCompleted);
        _time.Advance(TimeSpan.FromMinutes(1));

        await delay.WaitAsync(TestTime.Timeout);
        Assert.Equal(TimeSpan.FromHours(1), _time.GetElapsedTime(before));
    }

    [Fact]
    public void Timers_ThatAreDue_FireInTheirOrderAndAgainAfterTheirPeriod()
    {
        var fired = new List<string>();
        using var late = _time.CreateTimer(_ => fired.Add("late"), null, TimeSpan.FromSeconds(2), Timeout.InfiniteTimeSpan);
        using var early = _time.CreateTimer(_ => fired.Add("early"), null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(5));

        _time.Advance(TimeSpan.FromSeconds(3));
        _time.Advance(TimeSpan.FromSeconds(5));

        Assert.Equal(["early", "late", "early"], fired);
    }

    [Fact]
    public void Timer_WithAPeriod_FiresAsOftenAsARealOneWould()
    {
        var fired = 0;
        using var timer = _time.CreateTimer(_ => fired++, null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));

        _time.Advance(TimeSpan.FromSeconds(5));

        Assert.Equal(5, fired);
    }

    [Fact]
    public async Task WaitForTimer_OfAPeriod_KnowsWhenItIsDueNext()
    {
        using var timer = _time.CreateTimer(_ => { }, null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(4));

        _time.Advance(TimeSpan.FromSeconds(2));

        await _time.WaitForTimerAsync(TimeSpan.FromSeconds(3)).WaitAsync(TestTime.Timeout);
    }

    [Fact]
    public void Change_OfATimerWithinItsCallback_LetsItFireAgain()
    {
        var fired = new List<TimeSpan>();
        ITimer? timer = null;
        var begun = _time.GetTimestamp();
        timer = _time.CreateTimer(_ => Fire(), null, TimeSpan.FromSeconds(1), Timeout.InfiniteTimeSpan);

        _time.Advance(TimeSpan.FromSeconds(1));
        _time.Advance(TimeSpan.FromSeconds(1));
        _time.Advance(TimeSpan.FromSeconds(1));
        timer.Dispose();

        Assert.Equal([TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(3)], fired);

        void Fire()
        {
            fired.Add(_time.GetElapsedTime(begun));
            timer!.Change(TimeSpan.FromSeconds(2), Timeout.InfiniteTimeSpan);
        }
    }

    [Fact]
    public async Task WaitForTimer_OfOneThatWasDisposedOf_DoesNotSeeIt()
    {
        _time.CreateTimer(_ => { }, null, TimeSpan.FromSeconds(3), Timeout.InfiniteTimeSpan).Dispose();

        var waiting = _time.WaitForTimerAsync(TimeSpan.FromSeconds(3));
        Assert.False(waiting.IsCompleted);

        using var timer = _time.CreateTimer(_ => { }, null, TimeSpan.FromSeconds(3), Timeout.InfiniteTimeSpan);
        await waiting.WaitAsync(TestTime.Timeout);
    }

    [Fact]
    public async Task WaitForTimer_OfOneThatBeginsLater_EndsThen()
    {
        var waiting = _time.WaitForTimerAsync(TimeSpan.FromSeconds(3));
        Assert.False(waiting.IsCompleted);

        using var other = _time.CreateTimer(_ => { }, null, TimeSpan.FromSeconds(4), Timeout.InfiniteTimeSpan);
        Assert.False(waiting.IsCompleted);
        using var timer = _time.CreateTimer(_ => { }, null, TimeSpan.FromSeconds(3), Timeout.InfiniteTimeSpan);

        await waiting.WaitAsync(TestTime.Timeout);
    }

    [Fact]
    public async Task AdvanceUntil_TheTaskHasEnded_GivesItsResultAndStopsThere()
    {
        var begun = _time.GetTimestamp();

        Assert.Equal(7, await _time.AdvanceUntilAsync(After(TimeSpan.FromSeconds(10)), step: TimeSpan.FromSeconds(1)));

        Assert.InRange(_time.GetElapsedTime(begun), TimeSpan.FromSeconds(10), TimeSpan.FromMinutes(10));

        async Task<int> After(TimeSpan delay)
        {
            await Task.Delay(delay, _time);
            return 7;
        }
    }
}
