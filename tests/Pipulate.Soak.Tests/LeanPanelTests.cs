using Pipulate.Soak.Hosting;

namespace Pipulate.Soak;

/// <summary>The lean model of a page reads as a real parser does.</summary>
public sealed class LeanPanelTests
{
    [Fact]
    public async Task LeanPanel_AndTheModelWithARealParser_ShowTheSame()
    {
        var log = new SoakLog();
        var settings = new SoakSettings(TimeSpan.FromSeconds(2), 8, 0, 1);
        Transcript[] transcripts = [new(0)];
        using var speaker = new Speaker(transcripts, settings, log);
        await using var host = await SoakHost.StartAsync(speaker, log, settings);
        var (lean, real) = (new LeanPanel(new Transcript(0), _ => { }), new PanelDom());
        var compared = 0;
        var soak = new SoakRun(host, transcripts, settings, log)
        {
            MangleFirst = message =>
            {
                lean.Apply(message);
                real.Apply(message);
                Assert.Equal(real.Entries.Select(entry => (entry.Id, entry.Role, entry.State, Said.HashOf(entry.Text))), lean.Entries);
                compared++;
                return [message];
            },
        };

        await soak.RunAsync(TestContext.Current.CancellationToken);

        Assert.True(compared > 20);
        Assert.Empty(log.Faults);
    }
}
