using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Pipulate.Conversations;
using Pipulate.Models;
using Pipulate.Rendering.Words;

namespace Pipulate.Commentary;

/// <summary>
/// One answer, from the request to the last token. It belongs to the conversation and not to a page: a page that goes away does not end it;
/// a time limit, a shutdown, or nobody looking for a minute does. What went wrong is told in the conversation, never thrown.
/// </summary>
internal sealed partial class Generation(
    IChatClient client, DemoVoice demo, ModelWatch watch, Typist typist, IOptions<PipulateOptions> options, TimeProvider time, ILogger<Generation> logger)
{
    /// <summary>Less than the five minutes for which Ollama keeps a model that is not used.</summary>
    private static readonly TimeSpan KeptLoaded = TimeSpan.FromMinutes(4);

    private readonly PipulateOptions _options = options.Value;
    private long _lastHeard;

    public async Task RunAsync(Conversation conversation, Turn turn, CancellationToken stopping)
    {
        using var ending = new GenerationEnd(conversation, turn, _options.Limits, time, stopping);
        try
        {
            var trouble = watch.Trouble is null ? null : await watch.AskAsync(ending.Token);
            if (trouble is null)
            {
                await ShowLoadingAsync(conversation, turn, ending.Token);
                await SpeakAsync(client, conversation, turn.Entry, turn.History, ending);
                End(conversation, turn);
                LogSpoken(conversation.Id, turn.Entry.Ordinal);
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
        catch (Exception problem)
        {
            await FailAsync(conversation, turn, problem, ending);
        }
    }

    private async Task SpeakAsync(IChatClient voice, Conversation conversation, ConversationEntry entry, IReadOnlyList<ChatMessage> history, GenerationEnd ending)
    {
        ChatMessage[] messages = [SystemPrompt.For(_options.Persona), .. history];
        var limits = _options.Limits;
        var ask = new ChatOptions { MaxOutputTokens = limits.AnswerTokens };
        var updates = GuardedStream.ReadAsync(voice, messages, ask, limits.FirstToken, limits.Idle, time, ending.Token);
        await foreach (var update in typist.Spread(updates, ending.Token))
        {
            ending.NoteSignOfLife();
            foreach (var thought in update.Contents.OfType<TextReasoningContent>())
            {
                conversation.Think(entry, thought.Text);
            }

            if (update.Text is { Length: > 0 } words)
            {
                conversation.Append(entry, words);
                if (voice == client)
                {
                    watch.NoteSpoken(update.ModelId);
                    Volatile.Write(ref _lastHeard, time.GetTimestamp());
                }
            }
        }
    }

    /// <summary>Where the model has been silent for long its server may have put it away, and takes up to minutes to load it: the page says so if that is known.</summary>
    private async Task ShowLoadingAsync(Conversation conversation, Turn turn, CancellationToken cancellationToken)
    {
        var heard = Volatile.Read(ref _lastHeard);
        if ((heard == 0 || time.GetElapsedTime(heard) > KeptLoaded) && await watch.MustLoadAsync(cancellationToken))
        {
            conversation.ShowLoading(turn.Entry);
        }
    }

    /// <summary>An answer without a word: a person is told so, and a comment was none.</summary>
    private static void End(Conversation conversation, Turn turn)
    {
        if (!conversation.IsSilent(turn.Entry))
        {
            conversation.End(turn.Entry, EntryState.Complete);
        }
        else if (turn.AnswersUser)
        {
            conversation.End(turn.Entry, EntryState.Failed, conversation.Look.Words[Label.NothingSaid]);
        }
        else
        {
            conversation.Withdraw(turn, answerAgain: false);
        }
    }

    private async Task FailAsync(Conversation conversation, Turn turn, Exception problem, GenerationEnd ending)
    {
        var endpoint = client.GetService<ChatClientMetadata>()?.ProviderUri;
        var trouble = ModelFailures.Classify(problem, endpoint, CancellationToken.None);
        LogFailed(conversation.Id, turn.Entry.Ordinal, trouble.Kind, problem);
        if (!ModelWatch.KeepsSilent(trouble) || !conversation.Withdraw(turn, answerAgain: false))
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
    private async Task StandInAsync(Conversation conversation, Turn turn, ModelTrouble trouble, GenerationEnd ending)
    {
        var demoSpeaks = _options.UseDemoVoiceWhenUnavailable;
        var personWaits = turn.AnswersUser && !demoSpeaks;
        conversation.Notify(trouble.Sentence, evenIfKnown: personWaits, personWaits ? turn : null);
        if (demoSpeaks)
        {
            var entry = conversation.Begin("demo", turn);
            ending.Follow(entry);
            try
            {
                await SpeakAsync(demo, conversation, entry, turn.History, ending);
                conversation.End(entry, EntryState.Complete);
            }
            catch (Exception problem) when (!ending.Token.IsCancellationRequested)
            {
                // Nobody stands in for the one who stands in, but the page must not wait for ever.
                var broken = ModelFailures.Classify(problem, null, CancellationToken.None);
                LogFailed(conversation.Id, entry.Ordinal, broken.Kind, problem);
                conversation.End(entry, EntryState.Failed, broken.Sentence);
            }
        }
    }

    [LoggerMessage(1, LogLevel.Debug, "Answer {Ordinal} of conversation {Conversation} is complete.")]
    private partial void LogSpoken(ConversationId conversation, int ordinal);

    [LoggerMessage(2, LogLevel.Error, "Answer {Ordinal} of conversation {Conversation} failed: {Kind}.")]
    private partial void LogFailed(ConversationId conversation, int ordinal, ModelFailureKind kind, Exception problem);
}
