using System.Text.RegularExpressions;
using Pipulate.Soak.Hosting;

namespace Pipulate.Soak.Chaos;

/// <summary>
/// Somebody with some tabs, who types and clicks, presses Stop, wants an answer once more, and makes, names, reads and deletes
/// conversations, and wants to be forgotten.
/// </summary>
internal sealed partial class ChaosPerson
{
    private static readonly Dictionary<string, string> Nothing = [];

    private readonly ChaosServer _server;
    private readonly ChaosSettings _settings;
    private readonly SoakLog _log;
    private readonly Random _random;
    private int _said;

    public ChaosPerson(ChaosServer server, ChaosModel model, ChaosSettings settings, SoakLog log, int number)
    {
        (_server, _settings, _log) = (server, settings, log);
        _random = settings.ChanceFor(number);
        Visitor = new Visitor(server, log);
        Pages = [.. Enumerable.Range(1, ChaosSettings.Tabs).Select(
            tab => new ChaosPage(server, model, this, settings, log, settings.ChanceFor(number, tab)))];
    }

    /// <summary>Who they are now: somebody else when they have been forgotten.</summary>
    public Visitor Visitor { get; private set; }

    public IReadOnlyList<Visitor> Former => _former;

    private readonly List<Visitor> _former = [];

    public IReadOnlyList<ChaosPage> Pages { get; }

    public async Task LiveAsync(CancellationToken ending)
    {
        while (true)
        {
            await Task.Delay(_random.Time(_settings.Thought), ending).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (ending.IsCancellationRequested)
            {
                return;
            }

            await ActAsync(ending);
        }
    }

    /// <summary>Comes for the first time: one page, so that all others have its cookie.</summary>
    public async Task<Visitor> ArriveAsync(Visitor visitor)
    {
        while (await visitor.AskAsync(HttpMethod.Get, "/") is not (200, _, _))
        {
            await Task.Delay(200);
        }

        return Visitor = visitor;
    }

    private async Task ActAsync(CancellationToken ending)
    {
        var page = Pages[_random.Next(Pages.Count)];
        var rooms = Visitor.Rooms;
        var room = rooms[_random.Next(rooms.Count)];
        switch (_random.Next(100))
        {
            case < 37:
                await page.TypeAsync(NewQuestion());
                break;
            case < 45:
                await (Pages.FirstOrDefault(one => one.CanAskAgain) ?? page).AskAgainAsync(ending);
                break;
            case < 55:
                await page.TypeAsync(NewQuestion());
                await page.StopAsync(_random.Time(TimeSpan.FromSeconds(1)), ending);
                break;
            case < 65:
                _log.Count("deeds");
                await Visitor.AskAsync(HttpMethod.Post, $"/deed?title={Visitor.Mark}&conversation={room.Name}");
                break;
            case < 74:
                await CreateAsync(page);
                break;
            case < 80:
                _log.Count("conversations named");
                await Visitor.AskAsync(
                    HttpMethod.Post, $"/conversations/{room.Name}/rename", new() { ["title"] = $"{Visitor.Mark} {_random.Next(1000)}" });
                break;
            case < 86:
                await DeleteAsync(room);
                break;
            case < 88:
                await ForgetAsync();
                break;
            case < 94:
                _log.Count("page moves to another conversation");
                page.Want(room);
                break;
            default:
                await ReadAsync(room);
                break;
        }
    }

    private string NewQuestion() => $"asks #{++_said} <i>& more</i> 🌅";

    private async Task CreateAsync(ChaosPage page)
    {
        if (await Visitor.AskAsync(HttpMethod.Post, "/conversations", Nothing) is (204, _, { } leads)
            && Named().Match(leads) is { Success: true } name)
        {
            _log.Count("conversations made");
            page.Want(Visitor.Enter(name.Groups[1].Value));
        }
    }

    private async Task DeleteAsync(Room room)
    {
        room.BeginDeletion();
        switch (await Visitor.AskAsync(HttpMethod.Post, $"/conversations/{room.Name}/delete", Nothing))
        {
            case (200 or 204, _, _):
                _log.Count("conversations deleted");
                Visitor.Leave(room, isPutOff: false);
                Visitor.Deleted.Enqueue(room);
                break;
            case (429, _, _):
                room.EndDeletion();
                break;
            case (404, _, _):
                _log.Fault($"Conversation {room.Name} is not there.");
                break;
            default:
                // The store is away and it is deleted as soon as it is back, or the server is away and nobody can tell.
                Visitor.Leave(room, isPutOff: true);
                break;
        }
    }

    private async Task ForgetAsync()
    {
        var (visitor, rooms) = (Visitor, Visitor.Rooms);
        foreach (var room in rooms)
        {
            room.BeginDeletion();
        }

        var answer = await visitor.AskAsync(HttpMethod.Post, "/conversations/delete", Nothing);
        if (answer is (429, _, _))
        {
            foreach (var room in rooms)
            {
                room.EndDeletion();
            }

            return;
        }

        if (answer is (200 or 204, _, _))
        {
            _log.Count("visitors forgotten");
        }

        foreach (var room in rooms)
        {
            visitor.Leave(room, isPutOff: true);
        }

        _former.Add(visitor);
        await ArriveAsync(new Visitor(_server, _log));
    }

    private async Task ReadAsync(Room room)
    {
        _log.Count("conversations read");
        var path = _random.Next(4) switch
        {
            0 => "/conversations",
            1 => $"/conversations/{room.Name}.md",
            2 => $"/conversations/{room.Name}.json",
            _ => $"/context?conversation={room.Name}",
        };
        await Visitor.AskAsync(HttpMethod.Get, path);
    }

    [GeneratedRegex("conversation=([^&]+)")]
    private static partial Regex Named();
}
