using System.Net;
using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Pipulate.Models;

/// <summary>Turns the lines of one answer into updates, in the shapes that OllamaSharp gives: one id for all, no message id.</summary>
internal sealed class OllamaUpdates(string model, Uri endpoint)
{
    private readonly string _responseId = Guid.NewGuid().ToString("N");

    /// <summary>What is wrong with this line, or with the stream's end when it is null.</summary>
    public Exception? FailureOf(OllamaChunk? chunk)
    {
        if (chunk is null)
        {
            return new IncompleteAnswerException("The answer ended before the model said that it was done.").WithTrouble(ModelFailures.Incomplete(endpoint));
        }

        if (chunk.Error.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null)
        {
            return null;
        }

        var text = OllamaErrorText.Read(chunk.Error) is { Length: > 0 } said ? said : "The server reported an error without a text.";

        // Before 0.12.6 even what is now a status came as a line.
        return text.Contains("maximum pending requests", StringComparison.OrdinalIgnoreCase)
            ? new OllamaHttpException(text, HttpStatusCode.ServiceUnavailable).WithTrouble(ModelFailures.FromStatus(HttpStatusCode.ServiceUnavailable, null, endpoint))
            : new OllamaHttpException(text, null).WithTrouble(ModelFailures.ServerSaid(endpoint, text));
    }

    public ChatResponseUpdate Read(OllamaChunk chunk)
    {
        var contents = new List<AIContent>();
        if (chunk.Message?.Thinking is { Length: > 0 } thinking)
        {
            contents.Add(new TextReasoningContent(thinking));
        }

        if (chunk.Message?.Content is { Length: > 0 } words)
        {
            contents.Add(new TextContent(words));
        }

        foreach (var call in chunk.Message?.ToolCalls ?? [])
        {
            contents.Add(new FunctionCallContent(
                call.Id is { Length: > 0 } id ? id : "call_" + Guid.NewGuid().ToString("N")[..8],
                call.Function?.Name ?? "",
                Arguments(call.Function?.Arguments ?? default)));
        }

        if (!chunk.Done)
        {
            return Update(contents, chunk);
        }

        contents.Add(new UsageContent(new UsageDetails
        {
            InputTokenCount = chunk.PromptEvalCount,
            OutputTokenCount = chunk.EvalCount,
            TotalTokenCount = chunk.PromptEvalCount is null && chunk.EvalCount is null ? null : (chunk.PromptEvalCount ?? 0) + (chunk.EvalCount ?? 0),
        }));
        var last = Update(contents, chunk);
        last.FinishReason = chunk.DoneReason is { Length: > 0 } reason ? new ChatFinishReason(reason) : ChatFinishReason.Stop;
        last.AdditionalProperties = new AdditionalPropertiesDictionary
        {
            ["total_duration"] = Time(chunk.TotalDuration),
            ["load_duration"] = Time(chunk.LoadDuration),
            ["prompt_eval_duration"] = Time(chunk.PromptEvalDuration),
            ["eval_duration"] = Time(chunk.EvalDuration),
        };
        return last;
    }

    public static TimeSpan Time(long? nanoseconds) => TimeSpan.FromTicks((nanoseconds ?? 0) / TimeSpan.NanosecondsPerTick);

    private ChatResponseUpdate Update(IList<AIContent> contents, OllamaChunk chunk) => new(ChatRole.Assistant, contents)
    {
        ResponseId = _responseId,
        ModelId = chunk.Model ?? model,
        CreatedAt = chunk.CreatedAt,
    };

    private static Dictionary<string, object?> Arguments(JsonElement arguments)
    {
        var values = new Dictionary<string, object?>(StringComparer.Ordinal);
        if (arguments.ValueKind == JsonValueKind.Object)
        {
            foreach (var property in arguments.EnumerateObject())
            {
                values[property.Name] = property.Value.Clone();
            }
        }

        return values;
    }
}
