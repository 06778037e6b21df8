using Microsoft.Extensions.AI;
using OllamaSharp.Models.Chat;
using ChatRole = Microsoft.Extensions.AI.ChatRole;

namespace Pipulate.Models.Ollama;

/// <summary>Maps the lines of one answer to updates: one id for all, no message id.</summary>
internal sealed class OllamaResponseMapper(string model)
{
    private readonly string _responseId = Guid.NewGuid().ToString("N");

    public ChatResponseUpdate Map(ChatResponseStream line)
    {
        var contents = new List<AIContent>();
        if (line.Message?.Thinking is { Length: > 0 } thinking)
        {
            contents.Add(new TextReasoningContent(thinking));
        }

        if (line.Message?.Content is { Length: > 0 } words)
        {
            contents.Add(new TextContent(words));
        }

        contents.AddRange((line.Message?.ToolCalls ?? []).Where(call => call.Function is not null).Select(call => new FunctionCallContent(
            call.Id is { Length: > 0 } id ? id : "call_" + Guid.NewGuid().ToString("N")[..8],
            call.Function!.Name ?? "",
            call.Function.Arguments ?? new Dictionary<string, object?>(StringComparer.Ordinal))));
        if (line is not ChatDoneResponseStream done)
        {
            return Update(contents, line);
        }

        // The server leaves out a zero, which here is what is not there.
        contents.Add(new UsageContent(new UsageDetails
        {
            InputTokenCount = done.PromptEvalCount is 0 ? null : done.PromptEvalCount,
            OutputTokenCount = done.EvalCount is 0 ? null : done.EvalCount,
            TotalTokenCount = done is { PromptEvalCount: 0, EvalCount: 0 } ? null : (long)done.PromptEvalCount + done.EvalCount,
        }));
        var last = Update(contents, line);
        last.FinishReason = done.DoneReason is { Length: > 0 } reason ? new ChatFinishReason(reason) : ChatFinishReason.Stop;
        last.AdditionalProperties = new AdditionalPropertiesDictionary
        {
            ["total_duration"] = Time(done.TotalDuration),
            ["load_duration"] = Time(done.LoadDuration),
            ["prompt_eval_duration"] = Time(done.PromptEvalDuration),
            ["eval_duration"] = Time(done.EvalDuration),
        };
        return last;
    }

    public static TimeSpan Time(long nanoseconds) => TimeSpan.FromTicks(nanoseconds / TimeSpan.NanosecondsPerTick);

    private ChatResponseUpdate Update(IList<AIContent> contents, ChatResponseStream line) => new(ChatRole.Assistant, contents)
    {
        ResponseId = _responseId,
        ModelId = line.Model is { Length: > 0 } named ? named : model,
        CreatedAt = line.CreatedAt,
        RawRepresentation = line,
    };
}
