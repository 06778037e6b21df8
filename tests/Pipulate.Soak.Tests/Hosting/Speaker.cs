using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using Microsoft.Extensions.AI;

namespace Pipulate.Soak.Hosting;

/// <summary>
/// The model: says seeded words at a steady pace, and writes into the transcript what it is going to say before it says it.
/// </summary>
internal sealed class Speaker(IReadOnlyList<Transcript> transcripts, SoakSettings settings, SoakLog log) : IChatClient
{
    private static readonly string[] Words =
        ["tea ", "a < b ", "milk & eggs ", "\"quoted\" ", "🌅 ", "naïve ", "and so on, ", "日本語 ", "it's ", "fine. "];

    private int _answers;

    public int Answers => Volatile.Read(ref _answers);

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options =
            null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var asked = messages.Last().Text.Split(' ');
        var transcript = transcripts[int.Parse(asked[1], CultureInfo.InvariantCulture)];
        var question = int.Parse(asked[2], CultureInfo.InvariantCulture);
        var random = new Random(settings.SeedFor(transcript.Number, question));
        var pieces = Enumerable.Range(0, random.Next(10, 60)).Select(_ =>
            Words[random.Next(Words.Length)]).Prepend($"#{transcript.NextAnswerPlace} ").Append("end").ToList();
        if (!transcript.Begin(question, pieces.Aggregate(new StringBuilder(), (text, piece) => text.Append(piece)).ToString()))
        {
            log.Fault($"Question {question} of conversation {transcript.Number} was asked twice.");
        }

        using var clock = new PeriodicTimer(settings.Pace);
        try
        {
            foreach (var piece in pieces)
            {
                await clock.WaitForNextTickAsync(cancellationToken);
                yield return new ChatResponseUpdate(ChatRole.Assistant, piece);
            }

            yield return new ChatResponseUpdate { FinishReason = ChatFinishReason.Stop };
            Interlocked.Increment(ref _answers);
        }
        finally
        {
            transcript.End();
        }
    }

    public Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        GetStreamingResponseAsync(messages, options, cancellationToken).ToChatResponseAsync(cancellationToken);

    public object? GetService(Type serviceType, object? serviceKey = null) => null;

    public void Dispose()
    {
    }
}
