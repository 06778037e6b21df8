namespace Pipulate;

/// <summary>
/// Hands values to the commentary of the request that is running, from any service. The same as <c>HttpContext.SetCommentary</c>, where
/// there is no <c>HttpContext</c> at hand.
/// </summary>
public interface ICommentary
{
    /// <summary>
    /// Sets a value that the endpoint's commentary can name, such as the old state of what is about to change: <c>{before.Done}</c>.
    /// It wins over an argument, route, form or query value of the same name. Outside of a request nothing happens.
    /// </summary>
    /// <param name="name">The name, as it stands between the braces of the template.</param>
    /// <param name="value">The value, read when the endpoint has answered.</param>
    /// <exception cref="ArgumentException"><paramref name="name"/> is null or empty.</exception>
    void Set(string name, object? value);
}
