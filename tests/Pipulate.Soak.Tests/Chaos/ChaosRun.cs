using System.Net.Sockets;
using System.Text.Json;
using Pipulate.Soak.Hosting;

namespace Pipulate.Soak.Chaos;

/// <summary>
/// People and all that can go wrong for a time, and then the reckoning: what was promised is there, and pages show what there is.
/// </summary>
internal sealed class ChaosRun(ChaosServer server, ChaosModel model, ChaosStore store, ChaosSettings settings, SoakLog log)
{
    /// <summary>How long it may take until everything is quiet.</summary>
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(45);

    private readonly List<ChaosPerson> _people = [.. Enumerable.Range(0, settings.People).Select(
        number => new ChaosPerson(server, model, settings, log, number))];

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var settling = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        foreach (var person in _people)
        {
            await person.ArriveAsync(person.Visitor);
        }

        var living = _people.SelectMany(person => person.Pages).Select(page => page.LiveAsync(settling.Token, leaving.Token)).ToList();
        List<Task> acting = [.. _people.Select(person =>
            person.LiveAsync(ending.Token)), PlanModelAsync(ending.Token), PlanServerAsync(ending.Token), GlanceAsync(ending.Token)];
        try
        {
            // Whoever ends before the time has failed, and is waited for below.
            await Task.WhenAny([Task.Delay(settings.Duration, cancellationToken), .. living, .. acting]);
            await ending.CancelAsync();
            await Task.WhenAll(acting).WaitAsync(Settling, cancellationToken);
            model.GetWell();
            await settling.CancelAsync();
            await ComparePagesAsync(cancellationToken);
            await CompareStoreAsync();
        }
        finally
        {
            await leaving.CancelAsync();
            await settling.CancelAsync();
            await ending.CancelAsync();
        }

        await Task.WhenAll(living).WaitAsync(Settling, cancellationToken);
    }

    private async Task PlanModelAsync(CancellationToken ending)
    {
        var random = settings.ChanceFor(-1);
        while (await WaitAsync(random.Time(settings.Peace), ending))
        {
            var time = random.Time(TimeSpan.FromSeconds(5));
            await (random.Next(2) == 0 ? model.GoAwayAsync(time, ending) : model.LoseModelsAsync(time, ending));
        }
    }

    /// <summary>One after the other: a server that ends while its store is locked loses what it has not written, and says so.</summary>
    private async Task PlanServerAsync(CancellationToken ending)
    {
        var random = settings.ChanceFor(-2);
        while (await WaitAsync(random.Time(settings.Peace), ending))
        {
            await (random.Next(2) == 0 ? store.LockAsync(random.Time(TimeSpan.FromSeconds(9)), ending) : server.RestartAsync(
                random.Time(TimeSpan.FromSeconds(2)), ending));
        }
    }

    /// <summary>
    /// Looks all the time at some page that reads: while nothing happens in its conversation it must show what a new one does.
    /// </summary>
    private async Task GlanceAsync(CancellationToken ending)
    {
        var random = settings.ChanceFor(-4);
        while (await WaitAsync(random.Time(TimeSpan.FromSeconds(1)), ending))
        {
            var page = _people[random.Next(_people.Count)].Pages[random.Next(ChaosSettings.Tabs)];
            var (changes, visitor, room, wire) = (server.Changes, page.Visitor, page.Room, page.Wire);
            if (visitor is null || room is null || page.IsSlow
                || page.Look() is not { } shown || await LookFreshAsync(visitor, room, ending) is not { } fresh)
            {
                continue;
            }

            // A page that lags catches up when the machine lets it; one that is wrong stays so.
            await WaitAsync(Difference(shown, fresh) == "" ? TimeSpan.FromSeconds(1) : TimeSpan.FromSeconds(6), ending);
            var nothingHappened = page.Look() is { } later && Difference(later, shown) == ""
                && await LookFreshAsync(visitor, room, ending) is { } laterFresh && Difference(laterFresh, fresh) == "";
            if (!nothingHappened || page.Wire != wire || page.Visitor != visitor
                || page.Room != room || room.MayBeOver || !server.WasThereSince(changes))
            {
                continue;
            }

            log.Count("glances");
            if (Difference(shown, fresh) is { Length: > 0 } difference)
            {
                log.Fault(
                    $"A page of {visitor.Mark} on a {wire?.GetType().Name} has shown for six seconds something else than a new one: "
                        + $"{difference}");
            }
        }
    }

    private async Task<(IReadOnlyList<string> Entries, string Status)?> LookFreshAsync(
        Visitor visitor, Room room, CancellationToken cancellationToken)
    {
        try
        {
            return await ChaosPage.LookFreshAsync(server, visitor, room, cancellationToken);
        }
        catch (Exception exception) when (exception is SocketException or EndOfStreamException or OperationCanceledException)
        {
            // The server is not there, or the time is over.
            return null;
        }
    }

    /// <summary>Each page against a new one of the same conversation, until they show the same or it has taken too long.</summary>
    private async Task ComparePagesAsync(CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Settling);
        using var look = new PeriodicTimer(TimeSpan.FromMilliseconds(500));
        var different = _people.SelectMany(person => person.Pages).ToList();
        var why = new Dictionary<ChaosPage, string>();
        try
        {
            do
            {
                foreach (var pages in different.Where(page =>
                    page is { Visitor: not null, Room: not null }).ToLookup(page => (page.Visitor!, page.Room!)))
                {
                    var fresh = await LookFreshAsync(pages.Key.Item1, pages.Key.Item2, limit.Token);
                    foreach (var page in pages)
                    {
                        why[page] = Difference(page.Look(), fresh);
                    }
                }

                different.RemoveAll(page => why.GetValueOrDefault(page) is "");
            }
            while (different.Count > 0 && await look.WaitForNextTickAsync(limit.Token));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            foreach (var page in different)
            {
                log.Fault(
                    $"A page of {page.Visitor?.Mark} on a {page.Wire?.GetType().Name} shows something else than a new one: "
                        + $"{why.GetValueOrDefault(page)}");
            }
        }

        log.Count("pages compared", settings.People * ChaosSettings.Tabs);
    }

    /// <summary>A page that has been there for long may show more from before.</summary>
    private static string Difference(
        (IReadOnlyList<string> Entries, string Status)? shown, (IReadOnlyList<string> Entries, string Status)? fresh)
    {
        if (shown is not { } old || fresh is not { } now)
        {
            return $"{(shown is null ? "the page" : "the new one")} is not there";
        }

        if (old.Status != now.Status)
        {
            return $"its status is \"{old.Status}\" and not \"{now.Status}\"";
        }

        return old.Entries.TakeLast(now.Entries.Count).SequenceEqual(now.Entries)
            ? ""
            : $"\n{string.Join('\n', old.Entries.Except(now.Entries))}\nwhere the new one has\n"
                + $"{string.Join('\n', now.Entries.Except(old.Entries))}";
    }

    private async Task CompareStoreAsync()
    {
        foreach (var visitor in _people.SelectMany(person => person.Former.Append(person.Visitor)))
        {
            foreach (var room in visitor.Rooms)
            {
                var said = await ExportAsync(visitor, room);
                foreach (var text in room.Acknowledged.Where(text => said.Count(entry => entry == ("user", "complete", text)) != 1))
                {
                    log.Fault($"{room.Name} has {said.Count(entry => entry.Text == text)} times what a page was told is taken: {text}");
                }

                foreach (var (state, text) in room.Answers.Where(answer => !said.Contains(("assistant", answer.State, answer.Text))))
                {
                    log.Fault(
                        $"{room.Name} has lost an answer that a page has seen end as {state}: {text}; it has "
                            + string.Join(
                                " | ",
                                said.Where(entry =>
                                    entry.Text.StartsWith(text[..Math.Min(20, text.Length)], StringComparison.Ordinal))));
                }

                foreach (var text in room.TakenBack.Where(text => said.Any(entry => entry.Text == text)))
                {
                    log.Fault($"{room.Name} has an answer again that was taken back: {text}");
                }

                foreach (var answers in said.Where(entry => entry.Role == "assistant").GroupBy(entry =>
                    ChaosModel.QuestionOf(entry.Text)).Where(answers => answers.Key is not null && answers.Count() > 1))
                {
                    log.Fault($"{room.Name} has more than one answer to question {answers.Key}: {string.Join(" | ", answers)}");
                }

                foreach (var answer in said.Where(entry => entry.Role == "assistant" && !model.HasSaid(entry.State, entry.Text)))
                {
                    log.Fault($"{room.Name} has an answer that is not what the model said: {answer}");
                }

                log.Count("promises kept", room.Acknowledged.Count + room.Answers.Count + room.TakenBack.Count);
            }

            foreach (var room in visitor.Deleted.Where(room => room.Acknowledged.Count > 0))
            {
                var said = await ExportAsync(visitor, room);
                if (room.Acknowledged.FirstOrDefault(text => said.Any(entry => entry.Text == text)) is { } back)
                {
                    log.Fault($"{room.Name} was deleted and has come back: {back}");
                }

                log.Count("deletions kept");
            }
        }
    }

    private async Task<List<(string Role, string State, string Text)>> ExportAsync(Visitor visitor, Room room)
    {
        switch (await visitor.AskAsync(HttpMethod.Get, $"/conversations/{room.Name}.json"))
        {
            case (200, { } json, _):
                using (var export = JsonDocument.Parse(json))
                {
                    return
                    [
                        .. export.RootElement.GetProperty("entries").EnumerateArray().Select(entry => (
                            entry.GetProperty("role").GetString()!,
                            entry.GetProperty("state").GetString()!,
                            Room.Plain(entry.GetProperty("text").GetString()!))),
                    ];
                }

            case (404, _, _):
                return [];
            case var (status, _, _):
                log.Fault($"{room.Name} cannot be exported: {status}.");
                return [];
            case null:
                log.Fault($"{room.Name} cannot be exported: nobody is there.");
                return [];
        }
    }

    private static async Task<bool> WaitAsync(TimeSpan time, CancellationToken ending)
    {
        await Task.Delay(time, ending).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return !ending.IsCancellationRequested;
    }
}
