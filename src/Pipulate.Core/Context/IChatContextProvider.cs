namespace Pipulate;

/// <summary>
/// Tells the model what the application knows at the moment of a reply, such as the list that the page shows. Register it with
/// <c>AddPipulate().AddChatContext&lt;T&gt;()</c>; see docs/context.md.
/// </summary>
public interface IChatContextProvider
{
    /// <summary>
    /// Gets what the model should know for this reply. It is sent with this one request, as data and just before the newest words, and is
    /// not stored.
    /// </summary>
    /// <param name="turn">Who asked, and where.</param>
    /// <param name="cancellationToken">Canceled after <see cref="PipulateContext.Timeout"/>, and when the reply is stopped.</param>
    /// <returns>
    /// Plain text, cut at <see cref="PipulateContext.Characters"/>; <see langword="null"/> or white space for nothing. A provider that
    /// throws or takes too long is left out of this request, and logged once.
    /// </returns>
    ValueTask<string?> GetContextAsync(ChatTurn turn, CancellationToken cancellationToken);
}
