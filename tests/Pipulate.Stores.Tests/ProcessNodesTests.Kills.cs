using System.Diagnostics;
using System.Globalization;
using Npgsql;
using Pipulate.FakeOllama;
using Pipulate.Stores.Hosting;
using Pipulate.Tests;

namespace Pipulate.Stores;

/// <content>Processes that are killed, frozen, or lose their database.</content>
public sealed partial class ProcessNodesTests
{
    /// <summary>Taken is stored. A kill comes in the same moment in which the page hears that its message was taken.</summary>
    [Fact]
    public async Task Kill_WhenAMessageWasTaken_ItIsThere()
    {
        var (near, far) = (await StartAsync(), await StartAsync());
        var never = new TaskCompletionSource();
        _ollama.Answer = _ => FakeAnswer.Text("one two three") with { Gate = never.Task };
        var page = await OpenAsync(near);

        var waits = new List<double>();
        for (var i = 0; i < 21; i++)
        {
            var typed = Stopwatch.GetTimestamp();
            await page.TypeAsync($"Remember {i}.", $"m{i}");
            await page.TakenAsync($"m{i}");
            waits.Add(Stopwatch.GetElapsedTime(typed).TotalMilliseconds);
        }

        await near.KillAsync();
        output.WriteLine($"Taken after {waits.Order().ElementAt(10):0.0} ms (the first after {waits[0]:0.0} ms).");

        var again = await OpenAsync(far, page.Visitor);
        await again.UntilAsync(shown => shown.Contains("user/complete: Remember 20."));
    }

    [Fact]
    [Trait("Row", "F-21")]
    public async Task Kill_WhileANodeGenerates_TheOtherPageKeepsTheTextAndGoesOn()
    {
        var (near, far) = (await StartAsync(), await StartAsync());
        var whole = string.Join(' ', Enumerable.Range(1, 2000).Select(i => $"word{i}"));
        _ollama.Answer = _ => FakeAnswer.Text(whole) with { TokensPerSecond = 50 };
        var page = await OpenAsync(near);
        var other = await OpenAsync(far, page.Visitor);
        await page.TypeAsync("Count.", "m1");
        await other.UntilAsync(shown => shown.Length == 2 && shown[1].Contains("word20 ", StringComparison.Ordinal));

        await near.KillAsync();
        var killed = Stopwatch.GetTimestamp();
        var before = other.Shown[1].Split(": ", 2)[1];
        await other.UntilAsync(shown => shown[^1].StartsWith("assistant/stopped: ", StringComparison.Ordinal), TimeSpan.FromSeconds(30));
        output.WriteLine($"Marked as stopped after {Stopwatch.GetElapsedTime(killed).TotalSeconds:0.0} s.");

        var after = other.Shown[1].Split(": ", 2)[1];
        Assert.StartsWith(before, after, StringComparison.Ordinal);
        Assert.StartsWith(after, whole, StringComparison.Ordinal);
        _ollama.Answer = _ => FakeAnswer.Text("Here I am.");
        await other.TypeAsync("Are you there?", "m2");
        await other.UntilAsync(
            ["user/complete: Count.", $"assistant/stopped: {after}", "user/complete: Are you there?", "assistant/complete: Here I am."]);

        // The node that comes next has it from the store.
        var again = await OpenAsync(await StartAsync(), page.Visitor);
        await again.UntilAsync(other.Shown);
        Assert.DoesNotContain("fail:", far.Output, StringComparison.Ordinal);
    }

    /// <summary>Taken for dead, its answer ended and the next one given elsewhere, it comes back and wants to go on.</summary>
    [Fact]
    [Trait("Row", "F-21")]
    public async Task Freeze_WhileANodeGenerates_GivesWayToTheOtherWhenItGoesOn()
    {
        var (near, far) = (await StartAsync(), await StartAsync());
        var whole = string.Join(' ', Enumerable.Range(1, 2000).Select(i => $"word{i}"));
        _ollama.Answer = _ => FakeAnswer.Text(whole) with { TokensPerSecond = 20 };
        var page = await OpenAsync(near);
        var other = await OpenAsync(far, page.Visitor);
        await page.TypeAsync("Count.", "m1");
        await other.UntilAsync(shown => shown.Length == 2 && shown[1].Contains("word10 ", StringComparison.Ordinal));

        near.Freeze();
        await other.UntilAsync(shown => shown[^1].StartsWith("assistant/stopped: ", StringComparison.Ordinal), TimeSpan.FromSeconds(30));
        var stopped = other.Shown[1];
        _ollama.Answer = _ => FakeAnswer.Text("Here I am.");
        await other.TypeAsync("Are you there?", "m2");
        string[] said = ["user/complete: Count.", stopped, "user/complete: Are you there?", "assistant/complete: Here I am."];
        await other.UntilAsync(shown => shown.SequenceEqual(said), TimeSpan.FromSeconds(30));
        near.Thaw();

        await page.UntilAsync(said);
        await page.TypeAsync("Welcome back.", "m3");
        said = [.. said, "user/complete: Welcome back.", "assistant/complete: Here I am."];
        await page.UntilAsync(said);
        await other.UntilAsync(said);
        Assert.Equal(3, _ollama.Chats.Count);
        var again = await OpenAsync(await StartAsync(), page.Visitor);
        await again.UntilAsync(said);
    }

    [Fact]
    [Trait("Row", "F-21")]
    public async Task Kill_WhileEventsWait_TheOtherNodeAnswersThemWithinThirtySeconds()
    {
        var (near, far) = (await StartAsync(), await StartAsync());
        var never = new TaskCompletionSource();
        _ollama.Answer = _ => FakeAnswer.Text("one two three") with { GateAfterFirst = never.Task };
        var page = await OpenAsync(near);
        var other = await OpenAsync(far, page.Visitor);
        await page.TypeAsync("Count.", "m1");
        await other.UntilAsync(shown => shown.Length == 2);
        await PostAsync(near, "/events?text=Milk", page.Visitor);
        await PostAsync(near, "/events?text=Eggs", page.Visitor);
        await page.TypeAsync("And then?", "m2");
        await other.UntilAsync(shown => shown.Length == 3);

        _ollama.Answer = _ => FakeAnswer.Text("Here I am.");
        await near.KillAsync();
        var killed = Stopwatch.GetTimestamp();
        await other.UntilAsync(shown => shown.Contains("assistant/complete: Here I am."), TimeSpan.FromSeconds(30));
        output.WriteLine($"Answered {Stopwatch.GetElapsedTime(killed).TotalSeconds:0.0} s after the kill.");

        // In one answer, with all that waited.
        await other.UntilAsync(
            shown => shown.Any(entry => entry.StartsWith("assistant/stopped: ", StringComparison.Ordinal)), TimeSpan.FromSeconds(30));
        Assert.Equal(2, _ollama.Chats.Count);
        var told = _ollama.Chats[^1].Body;
        Assert.All((string[])["Milk", "Eggs", "And then?"], text => Assert.Contains(text, told, StringComparison.Ordinal));
    }

    /// <summary>
    /// Events come to two nodes, and nodes are killed and started anew. A small number here; <c>PIPULATE_KILLS=20 PIPULATE_EVENTS=1000</c>
    /// is the whole.
    /// </summary>
    [Fact]
    [Trait("Row", "F-21")]
    public async Task Kill_AtRandomWhileEventsCome_EachThatWasAcceptedIsAnsweredOnce()
    {
        var events = Number("PIPULATE_EVENTS", 60);
        var kills = Number("PIPULATE_KILLS", 2);
        var random = new Random(1);
        NodeProcess[] nodes = [await StartAsync(), await StartAsync()];
        _ollama.Answer = _ => FakeAnswer.Text("noted") with { TokensPerSecond = 100 };
        var visitors = new List<string>();
        for (var i = 0; i < 6; i++)
        {
            using var page = await NodePage.OpenAsync(nodes[0]);
            visitors.Add(page.Visitor);
        }

        // Somebody looks at each conversation, on whichever node is there: who does not look is not commented on.
        var looking = new Dictionary<string, NodePage>();
        async Task LookAsync()
        {
            foreach (var visitor in visitors)
            {
                if (!looking.TryGetValue(visitor, out var page) || page.Reading.IsCompleted)
                {
                    looking[visitor] = await OpenAsync(nodes[random.Next(2)], visitor);
                }
            }
        }

        await LookAsync();
        await PostAsync(nodes[0], "/events?text=first", visitors[0]);

        // Each answer is written down with what it takes: one transaction does both.
        await QueryAsync(
            """
            CREATE TABLE taken (entry uuid, tx bigint);
            CREATE TABLE begun (answer uuid, tx bigint);
            CREATE FUNCTION note_taken() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN INSERT INTO taken VALUES (OLD.entry, txid_current()); RETURN OLD; END $$;
            CREATE FUNCTION note_begun() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN INSERT INTO begun VALUES (NEW.id, txid_current()); RETURN NEW; END $$;
            CREATE TRIGGER note_taken AFTER DELETE ON pipulate_due FOR EACH ROW EXECUTE FUNCTION note_taken();
            CREATE TRIGGER note_begun AFTER INSERT ON pipulate_entry FOR EACH ROW
                WHEN (NEW.role = 'Assistant') EXECUTE FUNCTION note_begun();
            """);
        var accepted = new HashSet<string>();
        for (var i = 0; i < events; i++)
        {
            if (i % (events / kills) == events / kills / 2)
            {
                var killed = random.Next(2);
                await nodes[killed].KillAsync();
                nodes[killed] = await StartAsync();
            }

            await LookAsync();
            var name = $"event-{i:0000}";
            if (await TryPostAsync(nodes[random.Next(2)], $"/events?text={name}", visitors[random.Next(visitors.Count)]))
            {
                accepted.Add(name);
            }

            await Task.Delay(random.Next(40), Cancellation);
        }

        // Nothing waits any more.
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while ((await QueryAsync("SELECT 'x', count(*) FROM pipulate_due"))["x"] > 0)
        {
            Assert.False(limit.IsCancellationRequested, "Something still waits.");
            await LookAsync();
            await Task.Delay(100, Cancellation);
        }

        var answers = await QueryAsync(
            """
            SELECT entry.text, count(begun.answer) FROM pipulate_entry AS entry
            LEFT JOIN taken ON taken.entry = entry.id LEFT JOIN begun ON begun.tx = taken.tx
            WHERE entry.role = 'Event' AND entry.text <> 'first' GROUP BY entry.id, entry.text
            """);
        output.WriteLine(
            $"{accepted.Count} of {events} events were accepted, {answers.Count} are stored, and answered in {_ollama.Chats.Count} "
                + $"requests, with {kills} kills.");
        foreach (var line in _nodes.SelectMany(node => node.Output.Split('\n')).Where(
            line => line.Contains("without a comment", StringComparison.Ordinal)))
        {
            output.WriteLine(line);
        }

        Assert.Empty(accepted.Except(answers.Keys));
        Assert.All(answers, answer => Assert.Equal(1, answer.Value));
    }

    [Fact]
    public async Task DatabaseRestarted_WhileANodeGenerates_EverythingIsCaughtUpWithinTenSeconds()
    {
        var (near, far) = (await StartAsync(), await StartAsync());
        var whole = string.Join(' ', Enumerable.Range(1, 300).Select(i => $"word{i}"));
        _ollama.Answer = _ => FakeAnswer.Text(whole) with { TokensPerSecond = 50 };
        var page = await OpenAsync(near);
        var other = await OpenAsync(far, page.Visitor);
        await page.TypeAsync("Count.", "m1");
        await other.UntilAsync(shown => shown.Length == 2 && shown[1].Contains("word20 ", StringComparison.Ordinal));

        await server.RestartAsync();
        var back = Stopwatch.GetTimestamp();
        await other.TypeAsync("Meanwhile.", "m2");
        await page.UntilAsync(shown => shown.Contains("user/complete: Meanwhile."), TimeSpan.FromSeconds(10));
        var sofar = page.Shown[1].Split(": ", 2)[1];
        await other.UntilAsync(shown => shown[1].Split(": ", 2)[1].StartsWith(sofar, StringComparison.Ordinal), TimeSpan.FromSeconds(10));
        output.WriteLine($"Caught up {Stopwatch.GetElapsedTime(back).TotalSeconds:0.0} s after the database was back.");

        await page.UntilAsync(shown => shown.Contains($"assistant/complete: {whole}"));
        await other.UntilAsync(shown => shown.Contains($"assistant/complete: {whole}"));
        await other.UntilAsync(shown => shown.Length == 4 && shown.All(entry => entry.Contains("/complete", StringComparison.Ordinal)));
        await page.UntilAsync(shown => shown.Order().SequenceEqual(other.Shown.Order()));
        Assert.False(near.HasExited || far.HasExited);
    }

    private static int Number(string variable, int otherwise) =>
        int.TryParse(
            Environment.GetEnvironmentVariable(variable),
            NumberStyles.None,
            CultureInfo.InvariantCulture,
            out var number) ? number : otherwise;

    private static async Task<bool> TryPostAsync(NodeProcess node, string path, string visitor)
    {
        try
        {
            await PostAsync(node, path, visitor);
            return true;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private async Task<Dictionary<string, long>> QueryAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(_database);
        await connection.OpenAsync(Cancellation);
        await using var command = new NpgsqlCommand(sql, connection);
        await using var reader = await command.ExecuteReaderAsync(Cancellation);
        var rows = new Dictionary<string, long>();
        while (await reader.ReadAsync(Cancellation))
        {
            rows.Add(reader.GetString(0), reader.GetInt64(1));
        }

        return rows;
    }
}
