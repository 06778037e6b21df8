using Microsoft.Extensions.AI;

namespace Pipulate.Tests.Generation;

internal static class ScriptedRequestExtensions
{
    /// <summary>Says the last words of an answer, as a model of some name, and how many tokens it has read.</summary>
    public static void Finish(this ScriptedRequest request, string words, long? read, string model = "scripted")
    {
        List<AIContent> contents = [new TextContent(words)];
        if (read is not null)
        {
            contents.Add(new UsageContent(new UsageDetails { InputTokenCount = read, OutputTokenCount = 1 }));
        }

        request.Send(new ChatResponseUpdate(ChatRole.Assistant, contents) { ModelId = model, FinishReason = ChatFinishReason.Stop });

        // Nothing comes after it.
        request.Fail();
    }
}
