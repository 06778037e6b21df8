using Pipulate.Commentary;

namespace Microsoft.AspNetCore.Http;

/// <summary>
/// Hands values from a handler to its commentary.
/// </summary>
public static class ChatCommentaryHttpContextExtensions
{
    /// <summary>
    /// Sets a value that the endpoint's commentary can name, such as the old state of what is about to change: <c>{before.Done}</c>.
    /// It wins over an argument, route, form or query value of the same name, and over the words that stand for <c>{error}</c>.
    /// </summary>
    /// <param name="context">The request.</param>
    /// <param name="name">The name, as it stands between the braces of the template.</param>
    /// <param name="value">The value, read when the endpoint has answered.</param>
    /// <exception cref="ArgumentException"><paramref name="name"/> is null or empty.</exception>
    public static void SetCommentary(this HttpContext context, string name, object? value)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentException.ThrowIfNullOrEmpty(name);
        CommentaryFeature.Of(context).Set(name, value);
    }
}
