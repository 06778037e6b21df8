using Microsoft.Extensions.AI;
using Pipulate.Conversations;
using Pipulate.Conversations.Entries;
using Pipulate.Localization;
using Pipulate.Models;

namespace Pipulate.Generation;

/// <summary>
/// Represents one reply, from the request to its last token: where its text is written, its limits, and what is left in the conversation
/// when it ends. It belongs to the conversation and not to a page: a page that disconnects does not end it.
/// </summary>
/// <remarks>
/// Any thread may end it (a timer, a page, the shutdown), and the first cause counts. Everything else is called by the one task that runs
/// the reply.
/// </remarks>
internal sealed class Reply : IDisposable
{
    /// <summary>Exceeds the characters per token of any text, so that no answer within its tokens reaches the limit.</summary>
    private const int CharactersAToken = 64;

    private readonly PipulateLimits _limits;
    private readonly TimeProvider _time;
    private readonly long _begun;
    private readonly CancellationTokenSource _source;
    private readonly CancellationTokenRegistration _stopping;
    private readonly ITimer _unviewed;
    private readonly ITimer _tooLong;
    private long _room;
    private int _cause;
    private bool _active;

    public Reply(Conversation conversation, Turn turn, PipulateLimits limits, TimeProvider time, CancellationToken stopping)
    {
        Conversation = conversation;
        Turn = turn;
        Entry = turn.Entry;
        _limits = limits;
        _time = time;
        _begun = time.GetTimestamp();
        _room = MaxCharacters;
        _source = new CancellationTokenSource();
        _stopping = stopping.Register(() => Cancel(Cause.Shutdown));
        _tooLong = time.CreateTimer(_ => Cancel(Cause.TooLong), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

        // Four checks within the limit end an unviewed reply at most a quarter late.
        var interval = _limits.Unwatched / 4;
        _unviewed = time.CreateTimer(_ => CancelIfUnviewed(), null, interval, interval);
        conversation.ReplyRequested += Yield;
        conversation.Stopped += Stop;

        // The conversation may have been stopped or typed into after the turn began and before the handlers above were attached.
        if (conversation.HasEnded(turn.Entry))
        {
            Stop();
        }
        else if (conversation.HasUserMessageSince(turn.Entry))
        {
            Yield();
        }
    }

    private enum Cause
    {
        None,
        Shutdown,
        TooLong,
        TooMuch,
        Unviewed,
        Yielded,
        Stopped,
    }

    public Conversation Conversation { get; }

    public Turn Turn { get; }

    /// <summary>Gets the entry that the text is written to: the turn's, or that of the substitute.</summary>
    public ConversationEntry Entry { get; private set; }

    /// <summary>Gets the token that is cancelled when the reply has to end before the model has finished it.</summary>
    public CancellationToken Token => _source.Token;

    public bool HasNoText => Conversation.HasNoText(Entry);

    private long MaxCharacters => _limits.AnswerTokens * (long)CharactersAToken;

    /// <summary>Writes what the model has sent into the conversation.</summary>
    /// <exception cref="OperationCanceledException">The answer is longer than it may be.</exception>
    public void Write(ChatResponseUpdate update)
    {
        if (update.FinishReason is not null || update.Contents.Any(AnswerUpdates.IsSign))
        {
            OnActivity();
        }

        foreach (var content in update.Contents)
        {
            switch (content)
            {
                case TextReasoningContent reasoning:
                    Conversation.AppendReasoning(Entry, TakeRoom(reasoning.Text));
                    break;
                case TextContent text:
                    Conversation.Append(Entry, TakeRoom(text.Text));
                    break;
                case RetractedContent retracted:
                    Conversation.MoveToReasoning(Entry, retracted.Said, retracted.Thought);
                    break;
            }
        }

        if (_room < 0)
        {
            // The model was given a limit in tokens; not every server keeps to it.
            Cancel(Cause.TooMuch);
            throw new OperationCanceledException(Token);
        }
    }

    /// <summary>Starts the time limit of the reply with the model's first sign, because loading has a limit of its own.</summary>
    public void OnActivity()
    {
        if (!_active)
        {
            _active = true;
            _tooLong.Change(_limits.Answer, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>
    /// Ends the reply as the model says that it has ended. An empty one is withdrawn, unless a user waits for it.
    /// </summary>
    public void Complete(ReplyMetadata answer)
    {
        var words = Conversation.Texts;
        var other = answer.HasOther ? words[TextKey.NotText] : null;
        if (answer.Cut is { } cut)
        {
            Conversation.End(Entry, EntryState.Stopped, words[cut]);
        }
        else if (!HasNoText)
        {
            Conversation.End(Entry, EntryState.Complete, other);
        }
        else if (other is not null)
        {
            Fail(other);
        }
        else if (Turn.AnswersUser)
        {
            Fail(words[TextKey.NothingSaid]);
        }
        else
        {
            TryWithdraw();
        }
    }

    /// <summary>Ends the reply as failed. The text that it has stays.</summary>
    public void Fail(string reason) => Conversation.End(Entry, EntryState.Failed, reason);

    /// <summary>Removes the reply from the conversation.</summary>
    /// <returns>Whether it was removed; one that has text stays.</returns>
    public bool TryWithdraw() => Conversation.Turns.Withdraw(Turn, answerAgain: false);

    /// <summary>Writes to an entry of the substitute from now on, because the reply was withdrawn.</summary>
    public void BeginSubstitute(string author)
    {
        Entry = Conversation.BeginMessage(author, Turn);
        _room = MaxCharacters;
    }

    /// <summary>Ends the substitute's entry.</summary>
    public void CompleteSubstitute() => Conversation.End(Entry, EntryState.Complete);

    /// <summary>Ends a cancelled reply, with the reason in the conversation. One that yielded to a user's message is withdrawn.</summary>
    public void EndCancelled()
    {
        var cause = (Cause)_cause;
        if (cause is Cause.Yielded && Conversation.Turns.Withdraw(Turn, answerAgain: true))
        {
            return;
        }

        var words = Conversation.Texts;
        Conversation.End(Entry, EntryState.Stopped, cause switch
        {
            Cause.Shutdown => words[TextKey.StoppedByShutdown],
            Cause.TooLong => words.Format(TextKey.StoppedTooLong, Math.Round(_limits.Answer.TotalSeconds)),
            Cause.TooMuch => words.Format(TextKey.StoppedTooMuch, _limits.AnswerTokens),
            Cause.Unviewed => words[TextKey.StoppedUnwatched],
            Cause.Stopped => words[TextKey.Stopped],
            _ => words[TextKey.StoppedForYou],
        });
    }

    public void Dispose()
    {
        Conversation.ReplyRequested -= Yield;
        Conversation.Stopped -= Stop;
        _unviewed.Dispose();
        _tooLong.Dispose();
        _stopping.Dispose();
        _source.Dispose();
    }

    private ReadOnlySpan<char> TakeRoom(string piece)
    {
        var fitting = piece.AsSpan(0, (int)Math.Clamp(_room, 0, piece.Length));
        _room -= piece.Length;
        return fitting;
    }

    /// <summary>Cancels a comment without text when a user has typed, so that the user does not wait for it.</summary>
    private void Yield()
    {
        if (!Turn.AnswersUser && Entry == Turn.Entry && HasNoText)
        {
            Cancel(Cause.Yielded);
        }
    }

    private void Stop() => Cancel(Cause.Stopped);

    private void CancelIfUnviewed()
    {
        // A reply that begins long after the last viewer has left gets its whole time too: a page may be about to connect.
        if (Conversation.Viewers.UnviewedFor >= _limits.Unwatched && _time.GetElapsedTime(_begun) >= _limits.Unwatched)
        {
            Cancel(Cause.Unviewed);
        }
    }

    private void Cancel(Cause cause)
    {
        if (Interlocked.CompareExchange(ref _cause, (int)cause, (int)Cause.None) == (int)Cause.None)
        {
            try
            {
                // Asynchronously, because this thread may be the one that reads from a page, and continuations would run on it.
                _ = _source.CancelAsync();
            }
            catch (ObjectDisposedException)
            {
                // The reply has ended by itself at the same moment.
            }
        }
    }
}
