using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace Pipulate.Security;

/// <summary>
/// Checks the requests of pages: where they come from, which visitor sends them, how many there are, and that the visitor's own page has
/// written them. An endpoint calls the checks in the order of their cost, so that a body is read only of a request that may be honest.
/// </summary>
internal sealed class RequestGuard(
    OriginPolicy origins,
    ConversationAccess access,
    MessageRateLimiter rate,
    IAntiforgery antiforgery,
    IOptions<PipulateOptions> options)
{
    /// <summary>
    /// Refuses a request that names a conversation which the visitor does not have, or that comes from an unknown visitor.
    /// </summary>
    public static readonly ProblemResponse NoConversation = new(
        StatusCodes.Status404NotFound,
        "There is no such conversation. A page with a chat panel begins one: load it first, and send its cookies along.");

    /// <summary>Refuses a request without a valid antiforgery token.</summary>
    public static readonly ProblemResponse InvalidToken = new(
        StatusCodes.Status400BadRequest,
        "The antiforgery token is missing or not valid any more. Send it as a form field or as the header RequestVerificationToken, or "
            + "load the page again.");

    /// <summary>Checks the origin of the page that has sent a request.</summary>
    /// <param name="request">The request.</param>
    /// <param name="action">The action that a page of a foreign origin may not take, such as "send messages".</param>
    /// <returns>The refusal, or null.</returns>
    public ProblemResponse? CheckOrigin(HttpRequest request, string action) => origins.AllowsEvent(request)
        ? null
        : new(StatusCodes.Status403Forbidden, $"This page's origin may not {action}. Pipulate:AllowedOrigins adds origins.");

    /// <summary>Finds the visitor, with the conversation that the request is about.</summary>
    /// <returns>The visitor, or null where <see cref="NoConversation"/> is the answer.</returns>
    public ValueTask<Visitor?> FindVisitorAsync(HttpContext context) => access.FindAsync(context);

    /// <summary>Counts a request, unless the visitor has sent too many.</summary>
    /// <param name="context">The request.</param>
    /// <param name="visitor">The visitor.</param>
    /// <param name="what">The name of what is counted, in the plural.</param>
    /// <returns>The refusal, or null.</returns>
    public ProblemResponse? CheckRate(HttpContext context, Visitor visitor, string what) =>
        rate.TryAcquireEvent(PartitionOf(context, visitor), out var wait) ? null : TooMany(what, wait);

    /// <summary>Gets the partition by which the visitor's messages are counted.</summary>
    public RateLimitPartition PartitionOf(HttpContext context, Visitor visitor) =>
        RateLimitPartition.Of(context, visitor, options.Value.Conversations);

    /// <summary>Creates the refusal of what comes too fast.</summary>
    public static ProblemResponse TooMany(string what, TimeSpan wait) => new(
        StatusCodes.Status429TooManyRequests,
        $"These are more {what} than Pipulate:Limits:MessagesPerMinute allows. Try again in {MessageRateLimiter.Seconds(wait)} seconds.",
        wait);

    /// <summary>Reads a body within its limit, and checks the antiforgery token that comes with it.</summary>
    /// <typeparam name="T">The type of what is read.</typeparam>
    /// <param name="context">The request.</param>
    /// <param name="read">Reads the body up to a number of bytes.</param>
    /// <param name="expected">A sentence that says what to send.</param>
    /// <returns>The body, or the refusal.</returns>
    public async Task<(T Body, ProblemResponse? Refusal)> ReadAsync<T>(
        HttpContext context, Func<HttpRequest, int, Task<T>> read, string expected)
    {
        var maxBytes = options.Value.Limits.LargestMessage;
        T body;
        try
        {
            body = await read(context.Request, maxBytes);
        }
        catch (BadHttpRequestException exception)
        {
            return exception.StatusCode == StatusCodes.Status413PayloadTooLarge
                ? (default!, new(exception.StatusCode, $"The body has more than {maxBytes} bytes. {expected}"))
                : (default!, new(StatusCodes.Status400BadRequest, $"The body cannot be read. {expected}"));
        }

        // Checked here, because neither the framework's middleware nor its metadata does so for JSON or for a form that is read by hand.
        return await antiforgery.IsRequestValidAsync(context) ? (body, null) : (default!, InvalidToken);
    }

    /// <summary>Reads a form as <see cref="ReadAsync"/> does.</summary>
    /// <param name="context">The request.</param>
    /// <param name="expected">A sentence that says what to send.</param>
    /// <returns>The form, or the refusal.</returns>
    public Task<(IFormCollection Body, ProblemResponse? Refusal)> ReadFormAsync(HttpContext context, string expected) =>
        context.Request.HasFormContentType
            ? ReadAsync(context, LimitedBodyReader.ReadFormAsync, expected)
            : Task.FromResult<(IFormCollection, ProblemResponse?)>(
                (FormCollection.Empty, new(StatusCodes.Status415UnsupportedMediaType, expected)));
}
