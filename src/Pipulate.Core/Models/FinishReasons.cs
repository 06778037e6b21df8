using Microsoft.Extensions.AI;

namespace Pipulate.Models;

/// <summary>Reads why an answer ended. The values are the providers' own: clients pass on what they have no name for.</summary>
internal static class FinishReasons
{
    /// <summary>Contains what some servers send in place of an answer.</summary>
    public static readonly ChatFinishReason Error = new("error");

    /// <summary>
    /// Gets the reason in the terms of Microsoft.Extensions.AI, or <see cref="Error"/>; a reason that is not known is an ordinary end.
    /// </summary>
    public static ChatFinishReason Read(ChatFinishReason reason) => Normalize(reason.Value) switch
    {
        "length" or "maxtokens" or "maxoutputtokens" or "modellength" or "maxlength" or "modelcontextwindowexceeded" or "tokenlimit" =>
            ChatFinishReason.Length,
        "contentfilter" or "contentfiltered" or "safety" or "recitation" or "blocklist" or "prohibitedcontent" or "spii" or "imagesafety"
            or "guardrailintervened" or "refusal" or "sensitive" => ChatFinishReason.ContentFilter,
        "toolcalls" or "tooluse" or "functioncall" => ChatFinishReason.ToolCalls,
        "error" or "failed" or "networkerror" or "insufficientsystemresource" or "malformedfunctioncall" => Error,
        _ => ChatFinishReason.Stop,
    };

    private static string Normalize(string? value) =>
        (value ?? "").Replace("_", "", StringComparison.Ordinal).Replace("-", "", StringComparison.Ordinal).ToLowerInvariant();
}
