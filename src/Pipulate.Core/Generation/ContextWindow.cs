using Microsoft.Extensions.AI;
using Pipulate.Conversations.History;

namespace Pipulate.Generation;

/// <summary>
/// Estimates one model's context: how many tokens it has room for, and how many characters make a token. The request and the answer share
/// the room. Thread-safe.
/// </summary>
/// <param name="limits">What the application says.</param>
/// <param name="configured">The context that every request asks for, if it does.</param>
/// <param name="time">The clock.</param>
internal sealed class ContextWindow(PipulateLimits limits, int? configured, TimeProvider time)
{
    /// <summary>
    /// Equals what Ollama gives a model on a machine without a large graphics card, and is less than any other server gives.
    /// </summary>
    public const int AssumedTokens = 4_096;

    /// <summary>
    /// Caps what is used unless the application sets a limit: reading it takes long, and it is read again whenever another conversation has
    /// used the model in between.
    /// </summary>
    public const int MaxUnasked = 32_768;

    /// <summary>
    /// Bounds what a refusal may mean: no model in use has a smaller window, so that a refusal below it has another reason.
    /// </summary>
    public const int MinTokens = 512;

    /// <summary>
    /// Expires what a refusal implies for the size of the window. A refusal may be a mistake, and another model may have the same name by
    /// then.
    /// </summary>
    public static readonly TimeSpan ProbeInterval = TimeSpan.FromMinutes(30);

    private const double Fewest = 1.5;
    private const double Usual = 4;
    private const double Most = 6;

    /// <summary>Weighs a new measurement against all earlier ones.</summary>
    private const double Share = 0.3;

    /// <summary>
    /// Truncates at the first fraction of the room, down to the second: far apart, because after each truncation the server must read
    /// everything again.
    /// </summary>
    private const double CutAbove = 0.85;
    private const double CutTo = 0.5;

    /// <summary>
    /// Detects a truncated prompt: the server has read fewer tokens than this fraction of the estimate. The first value applies once the
    /// estimate has been measured, the second before.
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

    /// <summary>Gets how many tokens of it are used.</summary>
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

    /// <summary>Gets how long an answer may be: where the window is known, at most half of it.</summary>
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

    /// <summary>Gets the size of a request that was too long for the window, until that expires. Called under the lock.</summary>
    private int? Refused => _refused is not null && time.GetElapsedTime(_refusedAt) < ProbeInterval ? _refused : null;

    private int Reserve => Math.Min(limits.AnswerTokens, Window / 2);

    /// <summary>Gets the room for a conversation, beside the system message and the answer.</summary>
    public HistoryBudget Budget(ChatMessage system)
    {
        var estimate = Estimate;
        var room = Window - Reserve;
        var taken = estimate.Of(system);
        return new HistoryBudget(estimate, (int)(room * CutAbove) - taken, (int)(room * CutTo) - taken);
    }

    /// <summary>Gets the room for a conversation whose request has just been refused as too long: half of that request, or less.</summary>
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
    /// Decides whether to ask the server for the window now: once, unless the answer did not arrive or has turned out wrong.
    /// </summary>
    public bool TryProbe()
    {
        lock (_gate)
        {
            return !_asked && (_asked = true);
        }
    }

    /// <summary>Records the server's answer: 0 when it does not say, null when it could not be asked.</summary>
    public void NoteWindow(int? tokens)
    {
        lock (_gate)
        {
            _asked = tokens is not null;
            (_window, _refused) = tokens > 0 ? (tokens, null) : (_window, _refused);
        }
    }

    /// <summary>Decides whether to report that the server truncates: once.</summary>
    public bool TryReportTruncation()
    {
        lock (_gate)
        {
            return !_told && (_told = true);
        }
    }
}
