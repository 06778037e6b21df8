using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using Pipulate.Soak.Hosting;
using Pipulate.Tests;

namespace Pipulate.Soak.Chaos;

/// <summary>
/// One tab, to which by chance everything happens that happens to tabs, and that misbehaves in every way there is. It comes back each time.
/// </summary>
internal sealed partial class ChaosPage(
    ChaosServer server, ChaosModel model, ChaosPerson person, ChaosSettings settings, SoakLog log, Random random)
{
    private static readonly TimeSpan Away = TimeSpan.FromSeconds(4);

    /// <summary>As long as who has typed something waits for it to be taken, and sends it again where the page comes back.</summary>
    private static readonly TimeSpan Insistence = TimeSpan.FromSeconds(10);

    /// <summary>How long somebody waits for something to be said.</summary>
    private static readonly TimeSpan Attention = TimeSpan.FromSeconds(4);

    /// <summary>Within which what a button says has been done, on a page that reads.</summary>
    private static readonly TimeSpan AtOnce = TimeSpan.FromSeconds(3);

    /// <summary>Within which an answer that was asked for once more has begun, or somebody has said why not.</summary>
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(15);

    private static readonly string Noise = $"<div id=\"noise\" hx-swap-oob=\"innerHTML\">{new string('x', 60_000)}</div>";
    private readonly Lock _gate = new();

    private readonly ConcurrentDictionary<string, (Room Room, string Text, long At)> _typed = new();

    private PanelDom? _panel;
    private volatile IWire? _wire;
    private Room? _wanted;
    private string _address = "";
    private string? _place;
    private bool _isStream;
    private int _changes;
    private bool _isRude;
    private bool _isFresh;
    private volatile bool _isReading;

    /// <summary>Who it was loaded by.</summary>
    public Visitor? Visitor { get; private set; }

    public Room? Room { get; private set; }

    /// <summary>How it is connected now; null where it is not.</summary>
    public IWire? Wire => _wire;

    /// <summary>
    /// Whether it has so small a buffer that what it is sent comes through in seconds, also when it reads again: the window of its
    /// connection opens only when the sender probes for it.
    /// </summary>
    public bool IsSlow { get; private set; }

    /// <summary>Whether it has a button for an answer that can be had once more.</summary>
    public bool CanAskAgain => _wire is not null && Read(Again) is not null;

    /// <summary>Lives until it is told to settle, then comes back and stays until the end.</summary>
    public async Task LiveAsync(CancellationToken settling, CancellationToken ending)
    {
        while (!settling.IsCancellationRequested)
        {
            if (await TryArriveAsync(null, settling))
            {
                await ReadForAsync(random.Time(settings.Calm), settling);
                await SufferAsync(settling);
            }
            else
            {
                await WaitAsync(TimeSpan.FromSeconds(1), settling);
            }
        }

        while (!ending.IsCancellationRequested)
        {
            if (await TryArriveAsync(null, ending))
            {
                await ReadForAsync(Timeout.InfiniteTimeSpan, ending);
            }
            else
            {
                await WaitAsync(TimeSpan.FromSeconds(0.2), ending);
            }
        }

        await LeaveAsync();
    }

    /// <summary>Shows another conversation the next time.</summary>
    public void Want(Room room) => _wanted = room;

    /// <summary>Types, if it is connected: as whoever has loaded it, who may have been forgotten since.</summary>
    /// <param name="words">What, behind their mark.</param>
    public async Task TypeAsync(string words)
    {
        if (_wire is not null && Room is { } room)
        {
            var (id, text) = (Guid.NewGuid().ToString("N"), $"{Visitor!.Mark} {words}");
            _typed[id] = (room, text, Stopwatch.GetTimestamp());
            await TrySendAsync(wire => wire.TypeAsync(text, id));
        }
    }

    /// <summary>Waits until something is being said and presses Stop in the midst of it: then it ends at once.</summary>
    /// <param name="moment">How long to listen before.</param>
    /// <param name="ending">Ends the waiting.</param>
    public async Task StopAsync(TimeSpan moment, CancellationToken ending)
    {
        if (await SeesAsync(panel => Speaking(panel).Any(), Attention, ending) is not true)
        {
            return;
        }

        await WaitAsync(moment, ending);
        var speaking = Read(panel => Speaking(panel).ToList());
        if (speaking is not { Count: > 0 } || _wire is null || IsBeingTaken)
        {
            return;
        }

        log.Count("stops");
        await TrySendAsync(wire => wire.DoAsync("stop"));
        switch (await SeesAsync(panel => !Speaking(panel).Intersect(speaking).Any(), AtOnce, ending))
        {
            case true:
                foreach (var entry in Read(panel => panel.Entries.Where(entry => speaking.Contains(entry.Id)).ToList()) ?? [])
                {
                    log.Count($"stops, then {entry.State}");
                }

                break;
            case false:
                log.Fault(
                    $"A page of {Visitor!.Mark} has pressed Stop, and {AtOnce.TotalSeconds} s later it still goes on in {Room!.Name}.");
                break;
        }
    }

    /// <summary>Asks for the newest answer once more: then it goes, and another one takes its place.</summary>
    /// <param name="ending">Ends the waiting.</param>
    public async Task AskAgainAsync(CancellationToken ending)
    {
        if (Read(Again) is not { } old || _wire is null || Room is not { } room || IsBeingTaken)
        {
            return;
        }

        log.Count("asked again");
        var before = Read(panel => panel.Entries.Select(entry => entry.Id).ToHashSet())!;
        room.NoteAskedAgain(old.Text);
        await TrySendAsync(wire => wire.DoAsync(old.Command));
        switch (await SeesAsync(panel => !panel.Entries.Any(entry => entry.Id == old.Id), AtOnce, ending))
        {
            case true:
                log.Count("asked again, then gone");
                room.NoteTakenBack(old.Text);
                model.Forget(old.Text);
                if (await SeesAsync(
                    panel => panel.Entries.Any(entry => entry.Role != "user" && !before.Contains(entry.Id)), Soon, ending) is false)
                {
                    log.Fault(
                        $"A page of {Visitor!.Mark} has asked for an answer once more, and {Soon.TotalSeconds} s later has none in "
                            + $"{room.Name}.");
                }

                break;

            // Else a newer one came first, or it was asked for too fast, which the page is told.
            case false when Read(Again)?.Id == old.Id && Read(panel => panel.TextOf("chat-hint")) is "":
                log.Fault(
                    $"A page of {Visitor!.Mark} has asked in vain for its newest answer once more in {room.Name}: "
                        + $"{string.Join('\n', Read(panel => panel.EntriesHtml)!)}");
                break;
        }
    }

    /// <summary>What is shown now; null where the page does not read, or something that it shows has not ended.</summary>
    public (IReadOnlyList<string> Entries, string Status)? Look()
    {
        lock (_gate)
        {
            return _panel is null || !_isReading || _panel.Entries.Any(entry =>
                entry.State is "streaming" or "queued") ? null : (_panel.EntriesHtml, _panel.Status);
        }
    }

    /// <summary>What a page shows that is opened only now.</summary>
    public static async Task<(IReadOnlyList<string> Entries, string Status)?> LookFreshAsync(
        ChaosServer server, Visitor visitor, Room room, CancellationToken cancellationToken)
    {
        using var socket = await RawPage.ConnectAsync(
            new Uri(server.Address, $"/ws?conversation={room.Name}"), visitor.Cookie, cancellationToken: cancellationToken);
        if (socket.Status != 101)
        {
            return null;
        }

        var panel = new PanelDom();
        for (var seen = false; !seen;)
        {
            if (await socket.ReadAsync(cancellationToken) is not { } message)
            {
                return null;
            }

            var html = Encoding.UTF8.GetString(message.Span);
            panel.Apply(html);
            seen = html.Contains("id=\"msg-list\" hx-swap-oob=\"innerHTML\"", StringComparison.Ordinal);
        }

        await socket.SayGoodbyeAsync(cancellationToken);
        await socket.ReadToEndAsync(cancellationToken);
        return (panel.EntriesHtml, panel.Status);
    }

    /// <summary>Whether what a button says stands behind words that may wait for the store.</summary>
    private bool IsBeingTaken => _typed.Values.Any(typed => Stopwatch.GetElapsedTime(typed.At) < Insistence);

    private static IEnumerable<string> Speaking(PanelDom panel) =>
        panel.Entries.Where(entry => entry is { Role: "assistant", State: "streaming" or "queued" }).Select(entry => entry.Id);

    /// <summary>The button of the newest answer, which alone is seen, and not while another one is written.</summary>
    private static AgainButton? Again(PanelDom panel) =>
        panel.Entries.Reverse().Select(entry => panel.AgainOf(entry.Id) is { } command ? new AgainButton(
            entry.Id, entry.Role == "assistant" ? entry.Text : "", command) : null)
            .FirstOrDefault(button => button is not null) is { } newest && !Speaking(panel).Any()
            ? newest
            : null;

    private T? Read<T>(Func<PanelDom, T> read)
    {
        lock (_gate)
        {
            return _panel is null ? default : read(_panel);
        }
    }

    /// <summary>Waits until the page shows what is wanted.</summary>
    /// <returns>Whether it does in time; null where nobody can tell, because the page has not been there and read all the time.</returns>
    private async Task<bool?> SeesAsync(Func<PanelDom, bool> wanted, TimeSpan within, CancellationToken ending)
    {
        var (wire, room, changes, began) = (_wire, Room, server.Changes, Stopwatch.GetTimestamp());
        while (wire is not null && wire == _wire && _isReading
            && !_isRude && !IsSlow && !room!.MayBeOver && server.WasThereSince(changes) && !ending.IsCancellationRequested)
        {
            if (Read(wanted))
            {
                return true;
            }

            if (Stopwatch.GetElapsedTime(began) > within)
            {
                return false;
            }

            await WaitAsync(TimeSpan.FromMilliseconds(50), ending);
        }

        return null;
    }

    private static async Task WaitAsync(TimeSpan time, CancellationToken cancellationToken) =>
        await Task.Delay(time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    private sealed record AgainButton(string Id, string Text, string Command);
}
