using Microsoft.Extensions.AI;
using Pipulate.Conversations.History;

namespace Pipulate.Generation;

/// <summary>
/// What is known of one model's context: how many tokens it has room for, and how many characters make a token. What it was told and the
/// answer to that share the room. Thread-safe.
/// </summary>
/// <param name="limits">What the application says.</param>
/// <param name="configured">The context that every request asks for, if it does.</param>
/// <param name="time">The clock.</param>
internal sealed class ContextWindow(PipulateLimits limits, int? configured, TimeProvider time)
{
    /// <summary>What Ollama gives a model on a machine without a large graphics card, and less than any other server.</summary>
    public const int AssumedTokens = 4_096;

    /// <summary>
    /// More is used only where the application says so: reading it takes long, and it is read again whenever another conversation has had
    /// the model between.
    /// </summary>
    public const int MaxUnasked = 32_768;

    /// <summary>No model in use has a smaller window: a refusal that would say so has another reason.</summary>
    public const int MinTokens = 512;

    /// <summary>
    /// How long a refusal is believed to tell how large the window is. A refusal may be a mistake, and another model may stand behind the
    /// same name by then.
    /// </summary>
    public static readonly TimeSpan ProbeInterval = TimeSpan.FromMinutes(30);

    private const double Fewest = 1.5;
    private const double Usual = 4;
    private const double Most = 6;

    /// <summary>How much a new measure counts beside all before it.</summary>
    private const double Share = 0.3;

    /// <summary>
    /// Cut where this much of the room is taken, down to that much: far apart, for with each cut the server must read everything anew.
    /// </summary>
    private const double CutAbove = 0.85;
    private const double CutTo = 0.5;

    /// <summary>
    /// A prompt that was read with fewer tokens than this much of its estimate was not read whole: once the estimate has been measured, and
    /// before.
    /// </summary>
    private const double Whole = 0.8;
    private const double WholeUnmeasured = 0.5;

    private readonly Lock _gate = new();
    private readonly bool _isConfigured = configured is not null;
    private int? _window = configured;
    private double _charactersPerToken = Usual;
    private bool _measured;
    private int? _refused;
    private long _refusedAt;
    private bool _asked = configured is not null;
    private bool _told;

    /// <summary>How many tokens are used of it.</summary>
    public int Window
    {
        get
        {
            lock (_gate)
            {
                var window = (_window, limits.ContextTokens) switch
                {
                    ({ } known, > 0 and var wanted) => Math.Min(known, wanted),
                    ({ } known, _) => _isConfigured ? known : Math.Min(known, MaxUnasked),
                    (null, > 0 and var wanted) => wanted,
                    _ => AssumedTokens,
                };
                return Refused is { } refused ? Math.Min(window, refused) : window;
            }
        }
    }

    /// <summary>How long an answer may be: where the window is known, at most half of it.</summary>
    public int AnswerTokens => IsKnown ? Reserve : limits.AnswerTokens;

    public TokenEstimate Estimate
    {
        get
        {
            lock (_gate)
            {
                return new TokenEstimate(_charactersPerToken);
            }
        }
    }

    private bool IsKnown
    {
        get
        {
            lock (_gate)
            {
                return _window is not null || limits.ContextTokens > 0 || Refused is not null;
            }
        }
    }

    /// <summary>The size of a request that was too long for the window, as long as that is believed. Called under the lock.</summary>
    private int? Refused => _refused is not null && time.GetElapsedTime(_refusedAt) < ProbeInterval ? _refused : null;

    private int Reserve => Math.Min(limits.AnswerTokens, Window / 2);

    /// <summary>The room for a conversation, beside the system message and the answer.</summary>
    public HistoryBudget Budget(ChatMessage system)
    {
        var estimate = Estimate;
        var room = Window - Reserve;
        var taken = estimate.Of(system);
        return new HistoryBudget(estimate, (int)(room * CutAbove) - taken, (int)(room * CutTo) - taken);
    }

    /// <summary>The room for a conversation whose request has just been refused as too long: half of that request, or less.</summary>
    public HistoryBudget Shrink(IReadOnlyList<ChatMessage> request, ChatMessage system)
    {
        var estimate = Estimate;
        var refused = estimate.Of(request);
        lock (_gate)
        {
            // An estimate that has been measured says that the window is smaller than it was taken for. One that has not may itself be what
            // was wrong.
            if (_measured)
            {
                (_refused, _refusedAt) = (Math.Max(MinTokens, Math.Min(Window, refused)), time.GetTimestamp());
            }

            _asked = _isConfigured;
        }

        var half = Math.Min(refused / 2, (int)((Window - Reserve) * CutTo)) - estimate.Of(system);
        return new HistoryBudget(estimate, half, half);
    }

    /// <summary>Learns from an answer how many tokens its request has taken.</summary>
    /// <returns>Whether the server seems not to have read all of it.</returns>
    public bool Calibrate(IReadOnlyList<ChatMessage> request, UsageDetails usage)
    {
        if (usage.InputTokenCount is not (> 0 and var read))
        {
            return false;
        }

        var half = Window / 2;
        lock (_gate)
        {
            // More has fitted since than was refused then.
            var taken = read + (usage.OutputTokenCount ?? 0);
            _refused = taken > _refused ? null : _refused;

            // A small prompt is never cut, and what the messages take beside their text is a large part of it.
            var told = new TokenEstimate(_charactersPerToken).Of(request);
            if ((told > half && read < told * (_measured ? Whole : WholeUnmeasured))
                || (_window is { } window && taken >= window))
            {
                _asked = _isConfigured;
                return true;
            }

            // Fewer tokens than expected may also mean that the server has cut a little: believed where it had no reason to.
            var texts = read - (request.Count * TokenEstimate.PerMessage);
            if (texts > 0)
            {
                var measure = Math.Clamp(request.Sum(message => TokenEstimate.Weigh(message.Text)) / (double)texts, Fewest, Most);
                if (measure < _charactersPerToken || told <= half)
                {
                    _charactersPerToken += (measure - _charactersPerToken) * (_measured ? Share : 1);
                    _measured = true;
                }
            }

            return false;
        }
    }

    /// <summary>
    /// Whether the server is to be asked for the window now: once, unless the answer did not come or has turned out wrong.
    /// </summary>
    public bool TryProbe()
    {
        lock (_gate)
        {
            return !_asked && (_asked = true);
        }
    }

    /// <summary>What the server has answered: 0 when it does not say, null when it could not be asked.</summary>
    public void NoteWindow(int? tokens)
    {
        lock (_gate)
        {
            _asked = tokens is not null;
            (_window, _refused) = tokens > 0 ? (tokens, null) : (_window, _refused);
        }
    }

    /// <summary>Whether it is still to be said that the server cuts: once.</summary>
    public bool TryReportTruncation()
    {
        lock (_gate)
        {
            return !_told && (_told = true);
        }
    }
}
