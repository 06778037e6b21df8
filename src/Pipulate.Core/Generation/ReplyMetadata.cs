using Microsoft.Extensions.AI;
using Pipulate.Localization;
using Pipulate.Models;

namespace Pipulate.Generation;

/// <summary>Gathers what has to be known of an answer beside its words. Not thread-safe.</summary>
/// <param name="request">The request to the model.</param>
internal sealed class ReplyMetadata(IReadOnlyList<ChatMessage> request)
{
    public IReadOnlyList<ChatMessage> Request => request;

    /// <summary>Gets the name of the model that answered, or null.</summary>
    public string? Model { get; private set; }

    public TurnUsage Usage { get; } = new();

    /// <summary>Gets why the answer ended, or null.</summary>
    public ChatFinishReason? Finish { get; private set; }

    /// <summary>Gets a value indicating whether a part of it is a picture or another thing that the panel does not show.</summary>
    public bool HasOther { get; private set; }

    /// <summary>Gets how it is said that the answer is not whole; null where it is.</summary>
    public TextKey? Cut =>
        Finish == ChatFinishReason.Length ? TextKey.CutByLength
        : Finish == ChatFinishReason.ContentFilter ? TextKey.CutByFilter
        : null;

    public void Note(ChatResponseUpdate update)
    {
        Model = update.ModelId ?? Model;
        Finish = update.FinishReason ?? Finish;
        Usage.Note(update);
        HasOther |= update.Contents.Any(content => content is DataContent or UriContent or HostedFileContent);
    }
}
