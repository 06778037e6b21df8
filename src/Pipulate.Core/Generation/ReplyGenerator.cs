using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Pipulate.Conversations;
using Pipulate.Conversations.Entries;
using Pipulate.Localization;
using Pipulate.Models;
using Pipulate.Telemetry;

namespace Pipulate.Generation;

/// <summary>
/// One answer, from the request to the last token. It belongs to the conversation and not to a page: a page that goes away does not end it;
/// a time limit, a shutdown, or nobody looking for a minute does. What went wrong is told in the conversation, never thrown.
/// </summary>
internal sealed partial class ReplyGenerator(
    IChatClient client,
    DemoChatClient demo,
    ModelHealth watch,
    ContextWindows contexts,
    TextPacer typist,
    PipulateMetrics metrics,
    IOptions<PipulateOptions> options,
    TimeProvider time,
    ILogger<ReplyGenerator> logger)
{
    /// <summary>Less than the five minutes for which Ollama keeps a model that is not used.</summary>
    private static readonly TimeSpan KeptLoaded = TimeSpan.FromMinutes(4);

    /// <summary>More characters a token than any text has on the whole: no answer that keeps to its tokens reaches it.</summary>
    private const int CharactersAToken = 64;

    private readonly PipulateOptions _options = options.Value;
    private long _lastHeard;

    public async Task RunAsync(Conversation conversation, Turn turn, CancellationToken stopping)
    {
        using var ending = new ReplyLifetime(conversation, turn, _options.Limits, time, stopping);
        if (turn.LeftOut > 0)
        {
            metrics.Truncated(TruncationReason.Full);
            LogCut(conversation.Id, turn.LeftOut, contexts.Current.Window);
        }

        try
        {
            var trouble = watch.Failure is null ? null : await watch.CheckAsync(ending.Token);
            if (trouble is null)
            {
                await ShowLoadingAsync(conversation, turn, ending.Token);
                var answer = await AnswerAsync(conversation, turn, ending);
                End(conversation, turn, answer);
                await LearnAsync(answer, ending.Token);
            }
            else if (conversation.Withdraw(turn, answerAgain: false))
            {
                await StandInAsync(conversation, turn, trouble, ending);
            }
        }
        catch (OperationCanceledException) when (ending.Token.IsCancellationRequested)
        {
            ending.Settle();
        }
        catch (Exception exception)
        {
            await FailAsync(conversation, turn, exception, ending);
        }
    }

    /// <summary>The model's answer. Where it has no room for what it is told, it is told less, once.</summary>
    private async Task<ReplyMetadata> AnswerAsync(Conversation conversation, Turn turn, ReplyLifetime ending)
    {
        var request = await ReduceAsync(conversation, RequestFor(turn), ending.Token);
        try
        {
            return await SpeakAsync(client, conversation, turn.Entry, request, ending);
        }
        catch (Exception exception) when (IsTooLong(exception) && conversation.HasNoText(turn.Entry))
        {
            if (conversation.Shorten(turn, contexts.Shrink(request)) is not { } shorter)
            {
                throw;
            }

            metrics.Truncated(TruncationReason.Refused);
            LogRefused(conversation.Id, shorter.LeftOut);
            return await SpeakAsync(client, conversation, turn.Entry, RequestFor(shorter), ending);
        }
    }

    /// <summary>
    /// Has the application's reducer look at a request. One that fails, or hangs for as long as a model may be silent, is left out: it must
    /// not hold one of the places for answers.
    /// </summary>
    private async Task<IReadOnlyList<ChatMessage>> ReduceAsync(
        Conversation conversation, IReadOnlyList<ChatMessage> request, CancellationToken cancellationToken)
    {
        if (!contexts.HasReducer)
        {
            return request;
        }

        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var token = leaving.Token;
        var told = contexts.MessagesOf(conversation);
        request = told.Continue(request);

        // On a thread of its own, because it may block before it first waits.
        var reducing = Task.Run(() => contexts.ReduceAsync(request, token), CancellationToken.None);
        try
        {
            return await reducing.WaitAsync(_options.Limits.Idle, time, cancellationToken);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            LogNotReduced(conversation.Id, _options.Limits.Idle.TotalSeconds, exception);
            return contexts.Fit(request);
        }
        finally
        {
            if (!reducing.IsCompletedSuccessfully)
            {
                told.Forget();
            }

            await leaving.CancelAsync();
            _ = reducing.ContinueWith(
                static left => _ = left.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
        }
    }

    private ChatMessage[] RequestFor(Turn turn) => [SystemPrompt.For(_options.Persona), .. turn.History];

    private static bool IsTooLong(Exception exception) =>
        ModelFailureFactory.Classify(exception, default, CancellationToken.None).Kind is ModelFailureKind.TooLong;

    private async Task LearnAsync(ReplyMetadata answer, CancellationToken cancellationToken)
    {
        if (await contexts.CalibrateAsync(answer.Model, answer.Request, answer.Usage.First, cancellationToken))
        {
            metrics.Truncated(TruncationReason.ByServer);
            if (contexts.Current.TryReportTruncation())
            {
                LogCutByServer(answer.Model, answer.Usage.First?.InputTokenCount, contexts.Current.Estimate.Of(answer.Request));
            }
        }
    }

    private async Task<ReplyMetadata> SpeakAsync(
        IChatClient voice, Conversation conversation, ConversationEntry entry, IReadOnlyList<ChatMessage> messages, ReplyLifetime ending)
    {
        var ask = new ChatOptions { MaxOutputTokens = contexts.Current.AnswerTokens };

        // The demo voice is no model, and nobody is to take what it says for one's figures.
        using var call = voice == client ? new ModelCall(metrics, voice, ask, time) : null;
        try
        {
            return await ListenAsync(voice, conversation, entry, messages, ask, call, ending);
        }
        catch (Exception exception)
        {
            call?.Fail(exception, ending.Token);
            throw;
        }
    }

    private async Task<ReplyMetadata> ListenAsync(
        IChatClient voice,
        Conversation conversation,
        ConversationEntry entry,
        IReadOnlyList<ChatMessage> messages,
        ChatOptions ask,
        ModelCall? call,
        ReplyLifetime ending)
    {
        var limits = _options.Limits;
        var answer = new ReplyMetadata(messages);
        var room = limits.AnswerTokens * (long)CharactersAToken;
        var updates = StreamGuard.ReadAsync(voice, messages, ask, limits.FirstToken, limits.Idle, time, ending.Token);
        await foreach (var update in typist.Pace(call?.ObserveAsync(updates, ending.Token) ?? updates, ending.Token))
        {
            answer.Note(update);
            if (update.FinishReason is not null || update.Contents.Any(AnswerUpdates.IsSign))
            {
                ending.OnActivity();
            }

            foreach (var content in update.Contents)
            {
                switch (content)
                {
                    case TextReasoningContent thought:
                        conversation.AppendReasoning(entry, Fitting(thought.Text, room));
                        room -= thought.Text.Length;
                        break;
                    case TextContent words:
                        conversation.Append(entry, Fitting(words.Text, room));
                        room -= words.Text.Length;
                        NoteSpoken(voice, update.ModelId);
                        break;
                    case RetractedContent retracted:
                        conversation.MoveToReasoning(entry, retracted.Said, retracted.Thought);
                        break;
                }
            }

            if (room < 0)
            {
                // The model was told how long an answer may be; not every one obeys.
                ending.OnTooLong();
                throw new OperationCanceledException(ending.Token);
            }
        }

        return answer;
    }

    private void NoteSpoken(IChatClient voice, string? model)
    {
        if (voice == client)
        {
            watch.RecordReply(model);
            Volatile.Write(ref _lastHeard, time.GetTimestamp());
        }
    }

    private static ReadOnlySpan<char> Fitting(string piece, long room) => piece.AsSpan(0, (int)Math.Clamp(room, 0, piece.Length));

    /// <summary>
    /// Where the model has been silent for long its server may have put it away, and takes up to minutes to load it: the page says so if
    /// that is known.
    /// </summary>
    private async Task ShowLoadingAsync(Conversation conversation, Turn turn, CancellationToken cancellationToken)
    {
        var heard = Volatile.Read(ref _lastHeard);
        if ((heard == 0 || time.GetElapsedTime(heard) > KeptLoaded) && await watch.MustLoadAsync(cancellationToken))
        {
            conversation.ShowLoading(turn.Entry);
        }
    }

    /// <summary>
    /// Ends an answer as the model says that it has ended. An empty answer is withdrawn, with a notice if a person waits for it.
    /// </summary>
    private void End(Conversation conversation, Turn turn, ReplyMetadata answer)
    {
        var words = conversation.Texts;
        var silent = conversation.HasNoText(turn.Entry);
        if (answer.Cut is { } cut)
        {
            conversation.End(turn.Entry, EntryState.Stopped, words[cut]);
            LogCutShort(conversation.Id, turn.Entry.Ordinal, answer.Finish!.Value.Value);
            return;
        }

        if (silent && answer.HasOther)
        {
            conversation.End(turn.Entry, EntryState.Failed, words[TextKey.NotText]);
        }
        else if (!silent)
        {
            conversation.End(turn.Entry, EntryState.Complete, answer.HasOther ? words[TextKey.NotText] : null);
        }
        else if (turn.AnswersUser)
        {
            conversation.End(turn.Entry, EntryState.Failed, words[TextKey.NothingSaid]);
        }
        else
        {
            conversation.Withdraw(turn, answerAgain: false);
        }

        LogSpoken(conversation.Id, turn.Entry.Ordinal);
    }

    private async Task FailAsync(Conversation conversation, Turn turn, Exception exception, ReplyLifetime ending)
    {
        var trouble = ModelFailureFactory.Classify(exception, ModelServer.Of(client), CancellationToken.None);
        LogFailed(conversation.Id, turn.Entry.Ordinal, trouble.Kind, exception);
        if (!ModelHealth.PreventsReplies(trouble) || !conversation.Withdraw(turn, answerAgain: false))
        {
            conversation.End(turn.Entry, EntryState.Failed, trouble.Sentence);
            return;
        }

        watch.Report(trouble);
        try
        {
            await StandInAsync(conversation, turn, trouble, ending);
        }
        catch (OperationCanceledException) when (ending.Token.IsCancellationRequested)
        {
            ending.Settle();
        }
    }

    /// <summary>Nobody can answer: the conversation is told why, once, and the demo voice speaks if it may.</summary>
    private async Task StandInAsync(Conversation conversation, Turn turn, ModelFailure trouble, ReplyLifetime ending)
    {
        var demoSpeaks = _options.UseDemoVoiceWhenUnavailable;
        var personWaits = turn.AnswersUser && !demoSpeaks;
        conversation.AddNotice(trouble.Sentence, evenIfKnown: personWaits, personWaits ? turn : null);
        if (demoSpeaks)
        {
            var entry = conversation.BeginMessage("demo", turn);
            ending.Follow(entry);
            try
            {
                await SpeakAsync(demo, conversation, entry, RequestFor(turn), ending);
                conversation.End(entry, EntryState.Complete);
            }
            catch (Exception exception) when (!ending.Token.IsCancellationRequested)
            {
                // Nobody stands in for the one who stands in, but the page must not wait for ever.
                var broken = ModelFailureFactory.Classify(exception, default, CancellationToken.None);
                LogFailed(conversation.Id, entry.Ordinal, broken.Kind, exception);
                conversation.End(entry, EntryState.Failed, broken.Sentence);
            }
        }
    }

    [LoggerMessage(1, LogLevel.Debug, "Answer {Ordinal} of conversation {Conversation} is complete.")]
    private partial void LogSpoken(ConversationId conversation, int ordinal);

    [LoggerMessage(2, LogLevel.Error, "Answer {Ordinal} of conversation {Conversation} failed: {Kind}.")]
    private partial void LogFailed(ConversationId conversation, int ordinal, ModelFailureKind kind, Exception exception);

    [LoggerMessage(
        3,
        LogLevel.Information,
        "Conversation {Conversation} has outgrown the {Tokens} tokens of the model's context: its oldest {Entries} entries are told "
            + "no longer.")]
    private partial void LogCut(ConversationId conversation, int entries, int tokens);

    [LoggerMessage(
        4,
        LogLevel.Warning,
        "The model's server refused conversation {Conversation} as too long. The model was asked once more without the oldest "
            + "{Entries} entries.")]
    private partial void LogRefused(ConversationId conversation, int entries);

    [LoggerMessage(5, LogLevel.Warning,
        "The server of the model {Model} seems to cut what the model is told: it has read {Read} tokens of about {Told}. Set "
            + "Pipulate:Limits:ContextTokens to what it has room for. This is said once.")]
    private partial void LogCutByServer(string? model, long? read, int told);

    [LoggerMessage(
        6,
        LogLevel.Information,
        "Answer {Ordinal} of conversation {Conversation} was cut short by the model or its server: {Reason}. The chat panel says so.")]
    private partial void LogCutShort(ConversationId conversation, int ordinal, string reason);

    [LoggerMessage(7, LogLevel.Warning,
        "The chat reducer failed in conversation {Conversation}, or took longer than the {Seconds} s of Pipulate:Limits:Idle. The "
            + "model is told what it has room for instead.")]
    private partial void LogNotReduced(ConversationId conversation, double seconds, Exception exception);
}
