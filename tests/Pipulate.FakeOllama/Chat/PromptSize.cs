namespace Pipulate.FakeOllama.Chat;

/// <summary>Estimates the prompt's tokens and cuts them to the context, silently, as the real server does.</summary>
internal static class PromptSize
{
    private const int CharactersPerToken = 4;
    private const int TokensPerMessage = 8;

    public static int Count(IReadOnlyList<RecordedMessage> messages, int context, bool truncate)
    {
        var count = messages.Sum(Size);
        if (count <= context)
        {
            return count;
        }

        if (!truncate)
        {
            throw new RefusedException(400, TooLong(count, context));
        }

        // Oldest first; system messages and the newest message stay.
        foreach (var message in messages.SkipLast(1).Where(m => m.Role is not "system"))
        {
            count -= Size(message);
            if (count <= context)
            {
                return count;
            }
        }

        // Even the last message alone is too long: the real one keeps about half a context of its tail.
        return context / 2;
    }

    private static int Size(RecordedMessage message) => TokensPerMessage + (message.Content.Length / CharactersPerToken);

    // JSON inside the error's text: since 0.30 the runner's own answer is passed on as it is.
    private static string TooLong(int count, int context) => $$$"""
        {"error":{"code":400,"message":"request ({{{count}}} tokens) exceeds the available context size ({{{context}}} tokens), try increasing it","type":"exceed_context_size_error","n_prompt_tokens":{{{count}}},"n_ctx":{{{context}}}}}
        """;
}
