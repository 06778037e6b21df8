using Microsoft.Extensions.AI;
using Microsoft.Extensions.Options;
using Pipulate.Conversations;
using Pipulate.Models;
using Pipulate.Telemetry;

namespace Pipulate.Generation;

/// <summary>
/// Sends one request to a chat client and writes its answer into a reply as it arrives: guarded against silence, measured, and at the pace
/// at which text is shown.
/// </summary>
internal sealed class ReplyWriter(
    IChatClient model,
    DemoChatClient demo,
    ModelHealth health,
    ContextWindows contexts,
    TextPacer pacer,
    PipulateMetrics metrics,
    IOptions<PipulateOptions> options,
    TimeProvider time)
{
    /// <summary>Asks the model.</summary>
    public async Task<ReplyMetadata> AskModelAsync(Reply reply, IReadOnlyList<ChatMessage> request)
    {
        var ask = CreateOptions();
        using var call = new ModelCall(metrics, model, ask, time);
        try
        {
            return await WriteAsync(model, reply, request, ask, call);
        }
        catch (Exception exception)
        {
            call.Fail(exception, reply.Token);
            throw;
        }
    }

    /// <summary>Asks the demo client. It is no model, so that nothing is measured and the model's health does not change.</summary>
    public Task<ReplyMetadata> AskDemoAsync(Reply reply, IReadOnlyList<ChatMessage> request) =>
        WriteAsync(demo, reply, request, CreateOptions(), call: null);

    private ChatOptions CreateOptions() => new() { MaxOutputTokens = contexts.Current.AnswerTokens };

    private async Task<ReplyMetadata> WriteAsync(
        IChatClient client, Reply reply, IReadOnlyList<ChatMessage> request, ChatOptions ask, ModelCall? call)
    {
        var limits = options.Value.Limits;
        var answer = new ReplyMetadata(request);
        var updates = StreamGuard.ReadAsync(client, request, ask, limits.FirstToken, limits.Idle, time, reply.Token);
        await foreach (var update in pacer.Pace(call?.ObserveAsync(updates, reply.Token) ?? updates, reply.Token))
        {
            answer.Note(update);
            if (call is not null && update.Contents.Any(static content => content is TextContent))
            {
                health.RecordReply(update.ModelId);
            }

            reply.Write(update);
        }

        return answer;
    }
}
