using System.Buffers;
using System.Text;
using Pipulate.Connections;
using Pipulate.Conversations;
using Pipulate.Rendering;
using Pipulate.Storage;
using Pipulate.Tests.Conversations;
using Pipulate.Tests.Storage;

namespace Pipulate.Tests.Connections;

public sealed class ChatProgressTests
{
    private readonly ConversationCache _conversations = TestStorage.CreateIdleCache(new ManualTime());
    private readonly ChatChannel _channel;

    public ChatProgressTests() => _channel = new ChatChannel(
        _conversations,
        new ConnectionRegistry(new PanelStatus(), TimeProvider.System, NoRemoteConnections.Instance),
        new TextPacer(TimeSpan.Zero, TimeProvider.System, CancellationToken.None));

    private Conversation Conversation => _conversations.Get(new ConversationId("a"));

    [Fact]
    public void Report_UntilItIsDone_IsShownOnAPageAndTheModelIsNotTold()
    {
        var page = new PanelDom();
        var cursor = new PanelCursor(Conversation, new PanelStatus());
        using var progress = Begin();
        Show();
        Assert.Equal(("progress", "streaming", "Importing"), Shown());

        progress.Report(2, 5);
        progress.Report(3, 5, "step 3");
        Show();
        Assert.Equal("Importingstep 3", page.TextOf("e1"));

        progress.Complete("All 5 are there.");
        Show();
        Assert.Equal(("progress", "complete", "Importing"), Shown());
        Assert.Equal("All 5 are there.", page.ReasonOf("e1"));
        Assert.Empty(Conversation.Turns.ReadHistory());

        (string Role, string State, string Text) Shown() => page.Entries.Select(entry => (entry.Role, entry.State, entry.Text)).Single();

        void Show()
        {
            var html = new ArrayBufferWriter<byte>();
            Assert.True(cursor.Write(html));
            page.Apply(Encoding.UTF8.GetString(html.WrittenSpan));
        }
    }

    [Fact]
    public void Report_AfterTheEnd_ChangesNothing()
    {
        using var progress = Begin();
        progress.Fail("The file is empty.");
        var version = Conversation.Log.Version;
        progress.Report(1, 2);
        progress.Complete();

        Assert.Equal(version, Conversation.Log.Version);
        Assert.Equal("The file is empty.", Conversation.Log.Entries[0].Reason);
    }

    [Fact]
    public void Dispose_BeforeTheEnd_MarksItAsStopped()
    {
        Begin().Dispose();

        Assert.Equal(["Progress/Stopped: Importing"], Conversation.Shown());
    }

    [Fact]
    public void Dispose_AfterTheEnd_ChangesNothing()
    {
        using (var progress = Begin())
        {
            progress.Complete();
        }

        Assert.Equal(["Progress/Complete: Importing"], Conversation.Shown());
    }

    [Theory]
    [InlineData(-1, 5)]
    [InlineData(6, 5)]
    [InlineData(0, -1)]
    public void Report_NumbersThatCannotBe_Throws(int done, int total)
    {
        using var progress = Begin();

        Assert.Throws<ArgumentOutOfRangeException>(() => progress.Report(done, total));
    }

    [Fact]
    public void End_OfWork_DoesNotCountAsTheModelsLastWord()
    {
        Begin().Dispose();

        Assert.Equal(TimeSpan.MaxValue, Conversation.QuietFor);
    }

    private IChatProgress Begin() => _channel.BeginProgress(ChatAudience.Conversation(new ConversationId("a")), "Importing");
}
