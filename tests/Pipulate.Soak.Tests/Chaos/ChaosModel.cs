using System.Collections.Concurrent;
using System.Globalization;
using System.Text.RegularExpressions;
using Pipulate.FakeOllama;
using Pipulate.Soak.Hosting;

namespace Pipulate.Soak.Chaos;

/// <summary>
/// An Ollama that answers well most of the time, and else in every bad way there is. What it says bears the mark of the one whom it tells
/// it.
/// </summary>
internal sealed partial class ChaosModel : IAsyncDisposable
{
    private static readonly string[] Words =
        ["tea ", "a < b ", "milk & eggs ", "quoted, ", "🌅 ", "naïve ", "and so on, ", "日本語 ", "<b hx-get=/pwn hx-trigger=load> ", "\n\n"];

    private readonly Random _random;
    private readonly SoakLog _log;
    private readonly Lock _gate = new();
    private readonly ConcurrentDictionary<int, string> _said = new();
    private readonly ConcurrentDictionary<int, byte> _takenBack = new();
    private FakeOllamaServer _server;
    private int _answers;
    private bool _isWell;

    private ChaosModel(FakeOllamaServer server, Random random, SoakLog log)
    {
        (_server, _random, _log) = (server, random, log);
        Endpoint = server.Endpoint;
        server.Answer = Answer;
    }

    public Uri Endpoint { get; }

    public static async Task<ChaosModel> StartAsync(Random random, SoakLog log) => new(await FakeOllamaServer.StartAsync(), random, log);

    /// <summary>Nobody listens for a while.</summary>
    public async Task GoAwayAsync(TimeSpan time, CancellationToken cancellationToken)
    {
        _log.Count("model away");
        await _server.DisposeAsync();
        await Task.Delay(time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

        // A new one: it also forgets what the old one has noted.
        _server = await FakeOllamaServer.StartAsync(Endpoint.Port);
        _server.Answer = Answer;
    }

    /// <summary>The server is there, but no model is installed for a while.</summary>
    public async Task LoseModelsAsync(TimeSpan time, CancellationToken cancellationToken)
    {
        _log.Count("model missing");
        var installed = _server.Models;
        _server.Models = [];
        await Task.Delay(time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _server.Models = installed;
    }

    /// <summary>From here on every answer is a good one.</summary>
    public void GetWell() => Volatile.Write(ref _isWell, true);

    /// <summary>Whether an answer is one of its own: all that it said where it is complete, and else a beginning of it.</summary>
    /// <param name="state">How the answer has ended.</param>
    /// <param name="text">The answer without blanks.</param>
    public bool HasSaid(string state, string text) =>
        (text.Length == 0 && state != "complete")
        || (NumberOf(text) is { } number && _said.TryGetValue(number, out var all)
            && (state == "complete" ? all == text : all.StartsWith(text, StringComparison.Ordinal)));

    /// <summary>An answer has been taken back: it is not told of it any more.</summary>
    public void Forget(string answer)
    {
        if (NumberOf(answer) is { } number)
        {
            _takenBack.TryAdd(number, 0);
        }
    }

    /// <summary>Which question an answer is for; null where what came last was no question.</summary>
    public static string? QuestionOf(string answer) =>
        Number().Match(answer).Groups[2] is { Success: true } question ? question.Value : null;

    public async ValueTask DisposeAsync() => await _server.DisposeAsync();

    private FakeAnswer Answer(RecordedChat chat)
    {
        var marks = Marks.In(chat.Body).ToList();
        if (marks.Count > 1)
        {
            _log.Fault($"The model was told of {string.Join(" and ", marks)} together.");
        }

        foreach (Match told in Number().Matches(chat.Body))
        {
            if (NumberOf(told.Value) is { } number && _takenBack.ContainsKey(number))
            {
                _log.Fault($"The model was told of answer {number}, which had been taken back.");
            }
        }

        lock (_gate)
        {
            // One in ten is so long that somebody who presses Stop makes a difference.
            var isWell = Volatile.Read(ref _isWell);
            var asked = chat.Messages is [.., { Content: var last }]
                && Question().Match(last) is { Success: true } question ? $"for #{question.Groups[1].Value}" : "";
            var length = !isWell && _random.Next(10) == 0 ? 70 : _random.Next(5, 25);
            var pieces = Enumerable.Range(0, length).Select(_ => Words[_random.Next(Words.Length)]).Prepend(
                $"{marks.FirstOrDefault()} hears #{++_answers} {asked} ").Append("end.").ToArray();
            _said[_answers] = Room.Plain(string.Concat(pieces));
            var answer = FakeAnswer.Tokens(pieces) with { TokensPerSecond = 12 };
            return isWell ? answer : Spoil(answer);
        }
    }

    private FakeAnswer Spoil(FakeAnswer answer)
    {
        var after = _random.Next(answer.Pieces.Count);
        var (what, spoiled) = _random.Next(20) switch
        {
            0 => ("slow", answer with { FirstTokenDelay = _random.Time(TimeSpan.FromSeconds(3)) }),
            1 => ("500", answer with { StatusCode = 500 }),
            2 => ("503", answer with { StatusCode = 503 }),
            3 => ("error in the middle", answer with { Fault = FakeFault.ErrorLine, FaultAfterTokens = after }),
            4 => ("hangs", answer with { Fault = FakeFault.Stall, FaultAfterTokens = after }),
            5 => ("garbage", answer with { Fault = FakeFault.GarbageLine, FaultAfterTokens = after }),
            6 => ("huge line", answer with { Fault = FakeFault.HugeLine, HugeLineBytes = 2 * 1024 * 1024, FaultAfterTokens = after }),
            7 => ("reset", answer with { Fault = FakeFault.Reset, FaultAfterTokens = after }),
            8 => ("end without done", answer with { Fault = FakeFault.EndWithoutDone, FaultAfterTokens = after }),
            _ => ("well", answer),
        };
        _log.Count($"answers, {what}");
        return spoiled;
    }

    private static int? NumberOf(string answer) =>
        Number().Match(answer) is { Success: true } number ? int.Parse(number.Groups[1].Value, CultureInfo.InvariantCulture) : null;

    [GeneratedRegex("hears ?#([0-9]+) ?(?:for ?#([0-9]+))?")]
    private static partial Regex Number();

    [GeneratedRegex("asks #([0-9]+)")]
    private static partial Regex Question();
}
