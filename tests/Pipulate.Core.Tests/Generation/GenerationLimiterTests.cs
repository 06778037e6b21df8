using Pipulate.Generation;

namespace Pipulate.Tests.Generation;

public class GenerationLimiterTests
{
    private readonly GenerationLimiter _line = new(1);
    private readonly List<string> _told = [];

    [Fact]
    public async Task Enter_APlaceIsFree_IsGrantedAtOnceAndNothingIsTold()
    {
        Assert.True(await Enter("a").Granted);
        Assert.Empty(_told);
    }

    [Fact]
    public async Task Leave_SeveralWait_TheFirstGetsThePlaceAndTheOthersMoveUp()
    {
        Enter("a");
        var (b, c) = (Enter("b"), Enter("c"));
        Assert.Equal(["b1", "c2"], _told);

        _line.Release();

        Assert.True(await b.Granted);
        Assert.False(c.Granted.IsCompleted);
        Assert.Equal(["b1", "c2", "c1"], _told);
    }

    [Fact]
    public async Task GiveUp_InTheLine_LetsTheOthersMoveUp()
    {
        Enter("a");
        var (b, c) = (Enter("b"), Enter("c"));
        b.GiveUp();
        Assert.False(await b.Granted);
        Assert.Equal(["b1", "c2", "c1"], _told);

        _line.Release();
        Assert.True(await c.Granted);
    }

    [Fact]
    public async Task GiveUp_WithAPlace_KeepsItUntilItIsLeft()
    {
        var a = Enter("a");
        a.GiveUp();
        Assert.True(await a.Granted);
        var b = Enter("b");
        Assert.False(b.Granted.IsCompleted);
        _line.Release();

        Assert.True(await b.Granted);
    }

    private GenerationLimiter.Waiting Enter(string name) => _line.Acquire(place => _told.Add($"{name}{place}"));
}
