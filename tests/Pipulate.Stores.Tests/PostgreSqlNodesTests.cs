using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Pipulate.Conversations;
using Pipulate.Conversations.Entries;
using Pipulate.PostgreSql;
using Pipulate.Storage;
using Pipulate.Stores.Hosting;
using Pipulate.Tests;

namespace Pipulate.Stores;

/// <summary>Between nodes that share a PostgreSQL.</summary>
public sealed class PostgreSqlNodesTests(PostgreSqlServer server) : NodesContract, IClassFixture<PostgreSqlServer>
{
    private readonly List<IAsyncDisposable> _open = [];
    private string? _connection;

    /// <summary>
    /// How old tokens are when the other node has them: as many streams as a machine has, for as long as <c>PIPULATE_MEASURE_SECONDS</c>
    /// says. Few here, for it is looked at and not demanded.
    /// </summary>
    [Fact]
    public async Task Append_ManyStreamsAtOnce_AllArriveWhole()
    {
        var seconds = int.TryParse(
            Environment.GetEnvironmentVariable("PIPULATE_MEASURE_SECONDS"),
            NumberStyles.None,
            CultureInfo.InvariantCulture,
            out var asked) ? asked : 1;
        var streams = asked > 0 ? 200 : 20;
        var (near, far) = (await StartAsync(), await StartAsync());
        var pairs = new List<(Conversation Here, ConversationEntry Answer, Arrivals There)>();
        for (var i = 0; i < streams; i++)
        {
            var here = await near.OpenAsync($"c{i}");
            var there = await far.OpenAsync($"c{i}");
            pairs.Add((here, here.BeginMessage(), new Arrivals(there)));
        }

        foreach (var (_, _, there) in pairs)
        {
            await Eventually.TrueAsync(() => there.Begun);
        }

        // Twenty tokens a second of each, not all in one moment.
        var begun = Stopwatch.GetTimestamp();
        await Task.WhenAll(pairs.Select((pair, index) => Task.Run(async () =>
        {
            for (var token = 0; token < seconds * 20; token++)
            {
                var due = TimeSpan.FromMilliseconds((50 * token) + (50.0 * index / streams));
                if (due - Stopwatch.GetElapsedTime(begun) is { Ticks: > 0 } rest)
                {
                    await Task.Delay(rest, Cancellation);
                }

                pair.There.NoteSent(Stopwatch.GetTimestamp());
                pair.Here.Append(pair.Answer, "token ");
            }
        })));

        foreach (var (here, answer, there) in pairs)
        {
            await Eventually.TrueAsync(() => there.Count == seconds * 20);
            here.End(answer, EntryState.Complete);
            await Until(there.Conversation, $"Assistant/Complete: {string.Concat(Enumerable.Repeat("token ", seconds * 20))}");
        }

        var ages = pairs.SelectMany(pair => pair.There.Ages).Order().ToArray();
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{streams} streams, {ages.Length} tokens: p50 {ages[ages.Length / 2].TotalMilliseconds:0.0} ms, p99 "
                + $"{ages[ages.Length * 99 / 100].TotalMilliseconds:0.0} ms, at most {ages[^1].TotalMilliseconds:0.0} ms.");
    }

    /// <summary>With a shorter pulse than the real one, which is asked after ten seconds and waited for five.</summary>
    [Fact]
    [Trait("Row", "F-17")]
    public async Task Listen_ConnectionGoesSilentWithoutAWord_IsNoticedAndEverythingIsCaughtUp()
    {
        var settings = new NpgsqlConnectionStringBuilder(await ConnectionAsync());
        await using var relay = new Relay(settings.Host!, settings.Port);
        (settings.Host, settings.Port) = ("127.0.0.1", relay.Port);
        var deaf = Keep(new PostgreSqlBackplane(
            settings.ConnectionString,
            TimeProvider.System,
            NullLogger<PostgreSqlBackplane>.Instance,
            keepAliveSeconds: 1,
            commandSeconds: 2));
        var (near, far) = (await StartAsync(), await StartAsync(deaf));
        var (here, there) = (await near.OpenAsync("c"), await far.OpenAsync("c"));
        var answer = here.BeginMessage();
        here.Append(answer, "one");
        await Until(there, "Assistant/Streaming: one");
        far.Connect("c");
        await Eventually.TrueAsync(() => near.Registry.Count == 1);

        relay.Swallow();
        var silent = Stopwatch.GetTimestamp();
        here.Append(answer, " two");
        here.End(answer, EntryState.Complete);
        here.AddMessage(EntryRole.Notice, "three");
        there.AddMessage(EntryRole.Notice, "meanwhile");
        var page = near.Connect("d");

        await Eventually.TrueAsync(() => TextOf(there).Contains("Assistant/Complete: one two")
            && TextOf(there).Length == 3 && TextOf(here).Length == 3 && far.Registry.Count == 2);
        TestContext.Current.TestOutputHelper?.WriteLine($"Caught up after {Stopwatch.GetElapsedTime(silent).TotalSeconds:0.0} s.");
        Assert.Equal(TextOf(here).Order(), TextOf(there).Order());
        await far.Channel.SendAsync(page.Audience, "<b id=\"x\" hx-swap-oob=\"true\">heard</b>", Cancellation);
        await Eventually.TrueAsync(() => page.Fragments.Length == 1);
    }

    /// <summary>A page that is cut off before its message was acknowledged sends it again, to any node.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(15)]
    public async Task Hear_OneMessageOnTwoNodes_IsHeardOnce(int millisecondsApart)
    {
        async Task<TestNode> StartWithLedgerAsync()
        {
            var ledger = new PostgreSqlReplyLeaseStore(Keep(new PostgreSqlConversationStore(await ConnectionAsync())));
            return await StartAsync(await JoinAsync(), ledger: ledger);
        }

        var (near, far) = (await StartWithLedgerAsync(), await StartWithLedgerAsync());
        for (var i = 0; i < 20; i++)
        {
            var (here, there) = (await near.OpenAsync($"c{i}"), await far.OpenAsync($"c{i}"));
            here.AddUserMessage("hello", "m1");
            await Task.Delay(millisecondsApart, Cancellation);
            there.AddUserMessage("hello", "m1");

            await Eventually.TrueAsync(() => IsStored(here) && IsStored(there));
            await Until(here, "User/Complete: hello");
            await Until(there, "User/Complete: hello");
            var stored = (await (await OpenStoreAsync()).ReadAsync(
                new ConversationKey(here.Id.Owner, here.Id), 10, cancellationToken: Cancellation))!;
            Assert.Single(stored.Entries);

            // One of the two answers it, and the same words under another id are another message.
            Assert.Equal(1, here.Turns.ReadPending().Count + there.Turns.ReadPending().Count);
            there.AddUserMessage("hello", "m2");
            await Until(here, "User/Complete: hello", "User/Complete: hello");
        }
    }

    protected override async ValueTask<IConversationStore> OpenStoreAsync() =>
        Keep(new PostgreSqlConversationStore(await ConnectionAsync()));

    protected override async ValueTask<IPipulateBackplane> JoinAsync() =>
        Keep(new PostgreSqlBackplane(await ConnectionAsync(), TimeProvider.System, NullLogger<PostgreSqlBackplane>.Instance));

    /// <summary>All connections of this test's schema, as when the server is restarted.</summary>
    protected override async ValueTask BreakAsync() =>
        await server.ExecuteAsync(
            $"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = "
                + $"'{new NpgsqlConnectionStringBuilder(_connection).ApplicationName}'");

    protected override async ValueTask EndAsync()
    {
        foreach (var one in _open)
        {
            await one.DisposeAsync();
        }
    }

    private async Task<string> ConnectionAsync()
    {
        if (_connection is null)
        {
            var settings = new NpgsqlConnectionStringBuilder(await server.NewSchemaAsync());
            settings.ApplicationName = settings.SearchPath;
            _connection = settings.ConnectionString;
        }

        return _connection;
    }

    private T Keep<T>(T one)
        where T : IAsyncDisposable
    {
        _open.Add(one);
        return one;
    }

    /// <summary>When the tokens of a stream were sent, and when they were there.</summary>
    private sealed class Arrivals : IConversationViewer
    {
        private readonly Lock _gate = new();
        private readonly List<long> _sent = [];
        private readonly List<TimeSpan> _ages = [];
        private int _seen;

        public Arrivals(Conversation conversation)
        {
            Conversation = conversation;
            conversation.Viewers.Add(this);
        }

        public Conversation Conversation { get; }

        public bool Begun => Look(Conversation, entries => entries.Count > 0);

        public int Count => Volatile.Read(ref _seen);

        public IReadOnlyList<TimeSpan> Ages => _ages;

        public void NoteSent(long at)
        {
            lock (_gate)
            {
                _sent.Add(at);
            }
        }

        public void NotifyChanged()
        {
            var now = Stopwatch.GetTimestamp();
            var there = AnswerIn(Conversation).Length / "token ".Length;
            lock (_gate)
            {
                for (; _seen < there; _seen++)
                {
                    _ages.Add(Stopwatch.GetElapsedTime(_sent[_seen], now));
                }
            }
        }
    }
}
