namespace Pipulate.Context;

/// <summary>Calls a delegate for the context.</summary>
internal sealed class DelegateContextProvider(Func<ChatTurn, CancellationToken, ValueTask<string?>> getContext) : IChatContextProvider
{
    public ValueTask<string?> GetContextAsync(ChatTurn turn, CancellationToken cancellationToken) => getContext(turn, cancellationToken);
}
