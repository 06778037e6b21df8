using System.ClientModel;
using System.Net;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;
using Sdk = OpenAI.Chat;

namespace OpenAIChat;

/// <summary>OpenAI's own package as an <see cref="IChatClient"/>, as far as a chat needs it: messages in, words out. Safe for concurrent use, as the package's client is.</summary>
internal sealed class OpenAIModel(Sdk.ChatClient client, Uri endpoint, string model) : IChatClient
{
    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var request = new Sdk.ChatCompletionOptions { MaxOutputTokenCount = options?.MaxOutputTokens };
        await using var updates = client.CompleteChatStreamingAsync(messages.Select(Write), request, cancellationToken).GetAsyncEnumerator(cancellationToken);
        while (await MoveAsync(updates))
        {
            yield return Read(updates.Current);
        }
    }

    public Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        GetStreamingResponseAsync(messages, options, cancellationToken).ToChatResponseAsync(cancellationToken);

    public object? GetService(Type serviceType, object? serviceKey = null) =>
        serviceKey is not null ? null
        : serviceType == typeof(ChatClientMetadata) ? new ChatClientMetadata("openai", endpoint, model)
        : serviceType.IsInstanceOfType(this) ? this
        : null;

    public void Dispose()
    {
        // The package's client has nothing to give back.
    }

    /// <summary>The status of a refusal, in the way that every HTTP client tells it: then the panel says what it means.</summary>
    private static async Task<bool> MoveAsync(IAsyncEnumerator<Sdk.StreamingChatCompletionUpdate> updates)
    {
        try
        {
            return await updates.MoveNextAsync();
        }
        catch (ClientResultException refused) when (refused.Status > 0)
        {
            throw new HttpRequestException(refused.Message, refused, (HttpStatusCode)refused.Status);
        }
    }

    private static Sdk.ChatMessage Write(ChatMessage message) =>
        message.Role == ChatRole.System ? new Sdk.SystemChatMessage(message.Text)
        : message.Role == ChatRole.Assistant ? new Sdk.AssistantChatMessage(message.Text)
        : new Sdk.UserChatMessage(message.Text);

    private static ChatResponseUpdate Read(Sdk.StreamingChatCompletionUpdate update)
    {
        var read = new ChatResponseUpdate(ChatRole.Assistant, string.Concat(update.ContentUpdate.Select(part => part.Text)))
        {
            ResponseId = update.CompletionId,
            ModelId = update.Model,
            CreatedAt = update.CreatedAt,
            FinishReason = update.FinishReason switch
            {
                null => null,
                Sdk.ChatFinishReason.Length => ChatFinishReason.Length,
                Sdk.ChatFinishReason.ContentFilter => ChatFinishReason.ContentFilter,
                _ => ChatFinishReason.Stop,
            },
        };
        if (update.Usage is { } usage)
        {
            read.Contents.Add(new UsageContent(new UsageDetails { InputTokenCount = usage.InputTokenCount, OutputTokenCount = usage.OutputTokenCount, TotalTokenCount = usage.TotalTokenCount }));
        }

        return read;
    }
}
