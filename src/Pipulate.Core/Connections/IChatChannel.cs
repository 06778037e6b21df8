namespace Pipulate;

/// <summary>
/// Puts text and fragments before an audience, from anywhere in the program. All members are thread-safe, and none waits for a browser:
/// what is said is written to the conversation, and each page fetches it at its own pace. An audience is its pages in all processes of the
/// application that are connected (<see cref="IPipulateBackplane"/>).
/// </summary>
public interface IChatChannel
{
    /// <summary>
    /// Says a finished text. It becomes an entry of the conversation: the model knows it from then on.
    /// </summary>
    /// <param name="audience">
    /// The audience that receives it. Where that is not a conversation, the text is added to each conversation that one of its pages shows.
    /// </param>
    /// <param name="text">
    /// Markdown, or plain text where <see cref="PipulateOptions.Markdown"/> is off; HTML in it is shown, not obeyed.
    /// </param>
    /// <param name="cancellationToken">
    /// Cancels the call where there are many conversations that only other processes have in memory. Those not reached yet do not get it.
    /// </param>
    /// <returns>
    /// A task that ends when the text is in the conversation, or is being typed there (<see cref="PipulateOptions.TypingDelay"/>).
    /// </returns>
    /// <exception cref="ArgumentException"><paramref name="text"/> is null or empty.</exception>
    Task SayAsync(ChatAudience audience, string text, CancellationToken cancellationToken = default);

    /// <summary>
    /// Says a text that comes in pieces, each shown as it comes.
    /// </summary>
    /// <param name="audience">The audience that receives it, as in <see cref="SayAsync"/>, looked up once at the beginning.</param>
    /// <param name="chunks">
    /// The pieces, of the same kind as in <see cref="SayAsync"/>. When the enumeration throws, the entry ends as failed with what came
    /// before, and the exception goes on to the caller.
    /// </param>
    /// <param name="cancellationToken">Ends the entry as stopped, with what came before.</param>
    /// <returns>A task that ends with the last piece.</returns>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    Task StreamAsync(ChatAudience audience, IAsyncEnumerable<string> chunks, CancellationToken cancellationToken = default);

    /// <summary>
    /// Shows how far a piece of work is: an entry with a bar that moves with each <see cref="IChatProgress.Report"/>. The model does not
    /// see it; send what it should know of the work to <see cref="IChatQueue"/>.
    /// </summary>
    /// <param name="audience">The audience that sees it, as in <see cref="SayAsync"/>, looked up once at the beginning.</param>
    /// <param name="label">What the work is, such as <c>Importing</c>; plain text.</param>
    /// <returns>
    /// What reports, completes or fails it. Dispose it in any case: work that is abandoned must not look as if it went on.
    /// </returns>
    /// <exception cref="ArgumentException"><paramref name="label"/> is null or empty.</exception>
    IChatProgress BeginProgress(ChatAudience audience, string label);

    /// <summary>
    /// Sends a piece of HTML of your own to the pages that are open now: at most once, not kept, not repeated after a reconnect.
    /// </summary>
    /// <param name="audience">Whose pages.</param>
    /// <param name="fragment">
    /// One or more elements, each at the top with an <c>id</c> and an explicit <c>hx-swap-oob</c> of <c>true</c>, <c>innerHTML</c>,
    /// <c>beforeend</c> or <c>delete</c>, at most 65,536 bytes in UTF-8. It is sent as it is: encode what users wrote.
    /// </param>
    /// <param name="cancellationToken">Not needed today: nothing is waited for.</param>
    /// <returns>
    /// A task that ends when the fragment waits in the queue of each page of this process; to the others it is on its way. A page whose
    /// queue is full is closed with 1013 and comes back.
    /// </returns>
    /// <exception cref="ArgumentException">
    /// <paramref name="fragment"/> does not begin with an element, has no <c>hx-swap-oob</c>, or is too long.
    /// </exception>
    Task SendAsync(ChatAudience audience, string fragment, CancellationToken cancellationToken = default);
}
