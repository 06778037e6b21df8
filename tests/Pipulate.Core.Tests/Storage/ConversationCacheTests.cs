using System.Globalization;
using Pipulate.Conversations;
using Pipulate.Storage;

namespace Pipulate.Tests.Storage;

public class ConversationCacheTests
{
    private readonly ManualTime _time = new();
    private readonly ConversationCache _directory;

    public ConversationCacheTests() => _directory = TestStorage.CreateIdleCache(_time);

    [Fact]
    public void Get_SameId_GivesTheSame() => Assert.Same(_directory.Get(Id(1)), _directory.Get(Id(1)));

    [Fact]
    public void Get_OneTooMany_ForgetsATenthOfThoseThatNobodyHasLookedAtForLongest()
    {
        var all = new List<Conversation>();
        for (var i = 0; i < ConversationCache.Capacity; i++)
        {
            all.Add(_directory.Get(Id(i)));
            _time.Advance(TimeSpan.FromMilliseconds(1));
        }

        all[0].Viewers.Add(new Watcher());
        var newest = _directory.Get(Id(ConversationCache.Capacity));

        Assert.Same(newest, _directory.Get(newest.Id));
        Assert.Same(all[0], _directory.Get(Id(0)));
        Assert.Same(all[1001], _directory.Get(Id(1001)));
        Assert.NotSame(all[1], _directory.Get(Id(1)));
        Assert.NotSame(all[1000], _directory.Get(Id(1000)));
    }

    private static ConversationId Id(int number) => new(number.ToString(CultureInfo.InvariantCulture));

    private sealed class Watcher : IConversationViewer
    {
        public void NotifyChanged()
        {
        }
    }
}
