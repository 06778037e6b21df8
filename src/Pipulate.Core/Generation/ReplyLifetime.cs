using Pipulate.Conversations;
using Pipulate.Conversations.Entries;
using Pipulate.Localization;

namespace Pipulate.Generation;

/// <summary>
/// The ways in which an answer ends before the model is done with it, and what is then left in the conversation. The first one counts.
/// </summary>
internal sealed class ReplyLifetime : IDisposable
{
    private readonly Conversation _conversation;
    private readonly Turn _turn;
    private readonly PipulateLimits _limits;
    private readonly TimeProvider _time;
    private readonly long _begun;
    private readonly CancellationTokenSource _source;
    private readonly CancellationTokenRegistration _stopping;
    private readonly ITimer _unwatched;
    private readonly ITimer _tooLong;
    private ConversationEntry _entry;
    private int _why;
    private bool _alive;

    public ReplyLifetime(Conversation conversation, Turn turn, PipulateLimits limits, TimeProvider time, CancellationToken stopping)
    {
        _conversation = conversation;
        _turn = turn;
        _entry = turn.Entry;
        _limits = limits;
        _time = time;
        _begun = time.GetTimestamp();
        _source = new CancellationTokenSource();
        _stopping = stopping.Register(() => End(Cause.Shutdown));
        _tooLong = time.CreateTimer(_ => End(Cause.TooLong), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

        // Looking four times in the limit ends an unwatched answer at most a quarter late.
        var glance = _limits.Unwatched / 4;
        _unwatched = time.CreateTimer(_ => LookWhetherWatched(), null, glance, glance);
        conversation.ReplyRequested += MakeWay;
        conversation.Stopped += Stop;

        // Stopped or typed between the turn's beginning and now: nobody was listening yet.
        if (conversation.HasEnded(turn.Entry))
        {
            Stop();
        }
        else if (conversation.HasUserMessageSince(turn.Entry))
        {
            MakeWay();
        }
    }

    private enum Cause
    {
        NotEnded,
        Shutdown,
        TooLong,
        TooMuch,
        Unwatched,
        MadeWay,
        Stopped,
    }

    public CancellationToken Token => _source.Token;

    /// <summary>Another entry takes the words from here on.</summary>
    public void Follow(ConversationEntry entry) => _entry = entry;

    /// <summary>Something came from the model: the time for the whole answer runs from the first of it.</summary>
    public void OnActivity()
    {
        if (!_alive)
        {
            _alive = true;
            _tooLong.Change(_limits.Answer, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>The model has said more than it was allowed.</summary>
    public void OnTooLong() => End(Cause.TooMuch);

    /// <summary>Writes into the conversation how it ended.</summary>
    public void Settle()
    {
        var why = (Cause)_why;
        if (why is Cause.MadeWay && _conversation.Withdraw(_turn, answerAgain: true))
        {
            return;
        }

        var words = _conversation.Texts;
        _conversation.End(_entry, EntryState.Stopped, why switch
        {
            Cause.Shutdown => words[TextKey.StoppedByShutdown],
            Cause.TooLong => words.Format(TextKey.StoppedTooLong, Math.Round(_limits.Answer.TotalSeconds)),
            Cause.TooMuch => words.Format(TextKey.StoppedTooMuch, _limits.AnswerTokens),
            Cause.Unwatched => words[TextKey.StoppedUnwatched],
            Cause.Stopped => words[TextKey.Stopped],
            _ => words[TextKey.StoppedForYou],
        });
    }

    public void Dispose()
    {
        _conversation.ReplyRequested -= MakeWay;
        _conversation.Stopped -= Stop;
        _unwatched.Dispose();
        _tooLong.Dispose();
        _stopping.Dispose();
        _source.Dispose();
    }

    /// <summary>A person has typed something: a comment that has said nothing yet is not worth their waiting.</summary>
    private void MakeWay()
    {
        if (!_turn.AnswersUser && _entry == _turn.Entry && _conversation.HasNoText(_entry))
        {
            End(Cause.MadeWay);
        }
    }

    private void Stop() => End(Cause.Stopped);

    private void LookWhetherWatched()
    {
        // An answer that begins while nobody has been looking for long has its whole time too: the page may be on its way.
        if (_conversation.Viewers.UnviewedFor >= _limits.Unwatched && _time.GetElapsedTime(_begun) >= _limits.Unwatched)
        {
            End(Cause.Unwatched);
        }
    }

    private void End(Cause why)
    {
        if (Interlocked.CompareExchange(ref _why, (int)why, (int)Cause.NotEnded) == (int)Cause.NotEnded)
        {
            try
            {
                // Not on this thread: it may be the one that reads from a page, and whatever waits for the token would run on it.
                _ = _source.CancelAsync();
            }
            catch (ObjectDisposedException)
            {
                // The answer ended by itself in this very moment.
            }
        }
    }
}
