namespace Pipulate.Soak.Hosting;

/// <summary>All that goes on at once: typists, tabs and stalled readers, for a time, until everything has settled.</summary>
internal sealed class SoakRun(SoakHost host, IReadOnlyList<Transcript> transcripts, SoakSettings settings, SoakLog log)
{
    /// <summary>How long it may take until everything is quiet.</summary>
    private static readonly TimeSpan Settling = TimeSpan.FromMinutes(1);

    /// <summary>What happens to the messages of the first page, for tests of the checker.</summary>
    public Func<string, IEnumerable<string>>? MangleFirst { get; init; }

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var ending = new CancellationTokenSource();
        using var settling = new CancellationTokenSource();
        var typing = new List<Task>();
        var living = new List<Task>();
        foreach (var transcript in transcripts)
        {
            (_, transcript.Cookie) = await host.LoadAsync(transcript.Cookie);
            var tabs = Enumerable.Range(0, SoakSettings.Tabs).Select(tab => NewTab(transcript, tab)).ToList();
            living.AddRange(tabs.Select(tab => tab.LiveAsync(settling.Token, cancellationToken)));
            var typist = new Typist(transcript, tabs, settings.SeedFor(transcript.Number, SoakSettings.Tabs));
            typing.Add(typist.TalkAsync(ending.Token, cancellationToken));
        }

        living.AddRange(Enumerable.Range(0, settings.Stalled).Select(
            _ => new StalledReader(host, settings, log).LiveAsync(settling.Token, cancellationToken)));

        // The faults go on until the last answer has been given.
        await Task.WhenAny([Task.Delay(settings.Duration, cancellationToken), .. living, .. typing]);
        await ending.CancelAsync();
        await Task.WhenAll(typing).WaitAsync(Settling, cancellationToken);
        await settling.CancelAsync();
        await Task.WhenAll(living).WaitAsync(Settling, cancellationToken);
    }

    private SoakPage NewTab(Transcript transcript, int tab)
    {
        var seed = settings.SeedFor(transcript.Number + 1, tab);
        return transcript.Number == 0 && tab == 0 && MangleFirst is not null
            ? new SoakPage(host, transcript, settings, log, seed) { Mangle = MangleFirst }
            : new SoakPage(host, transcript, settings, log, seed);
    }
}
