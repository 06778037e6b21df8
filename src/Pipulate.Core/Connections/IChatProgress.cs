namespace Pipulate;

/// <summary>
/// Represents a piece of work that users watch: an entry of the conversation with a bar, made by <see cref="IChatChannel.BeginProgress"/>.
/// All members are thread-safe and return at once; report as often as you like, a page is updated at most every 40 ms. Disposing it before
/// it has ended marks it as stopped.
/// </summary>
public interface IChatProgress : IDisposable
{
    /// <summary>
    /// Says how far it is. Once it has ended, nothing is said any more.
    /// </summary>
    /// <param name="done">How much is done, from 0 to <paramref name="total"/>.</param>
    /// <param name="total">How much there is; 0 where that is not known, and the bar shows only that something happens.</param>
    /// <param name="text">What is being done, such as <c>step 3</c>; null for <c>3/5</c>.</param>
    /// <exception cref="ArgumentOutOfRangeException">
    /// A number is negative, or <paramref name="done"/> is more than <paramref name="total"/>.
    /// </exception>
    void Report(int done, int total, string? text = null);

    /// <summary>
    /// Says that it is done. Ending it again does nothing.
    /// </summary>
    /// <param name="text">What came of it; null for nothing beside the bar.</param>
    void Complete(string? text = null);

    /// <summary>
    /// Says that it will not be done. Ending it again does nothing.
    /// </summary>
    /// <param name="reason">Why, and what a person can do about it.</param>
    /// <exception cref="ArgumentException"><paramref name="reason"/> is null or empty.</exception>
    void Fail(string reason);
}
