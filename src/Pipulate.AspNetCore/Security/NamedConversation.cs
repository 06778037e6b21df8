using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Primitives;
using Pipulate.Conversations;

namespace Pipulate.Security;

/// <summary>
/// Reads which conversation a request names. The name is looked up among the visitor's own conversations only, so it need not be trusted:
/// a request with another name reaches another conversation of the same visitor, or none. Values that cannot be a conversation's name are
/// ignored, because the application may have a field "conversation" of its own.
/// </summary>
internal static class NamedConversation
{
    /// <summary>Holds the query field with the name.</summary>
    public const string Field = "conversation";

    /// <summary>Holds the query field with the name where the application has a field <see cref="Field"/> of its own.</summary>
    public const string LongField = "chat-conversation";

    /// <summary>
    /// Holds the query field beside the name in the address that a panel connects to. It identifies the visitor that the page was rendered
    /// for,
    /// by <see cref="VisitorIdentity.SignOf"/>.
    /// </summary>
    public const string For = "for";

    /// <summary>
    /// Holds the header that the panel's script adds to each request of htmx. It names the conversation that the page shows, even if the
    /// page's
    /// address has changed since it was loaded.
    /// </summary>
    public const string Header = "X-Chat-Conversation";

    /// <summary>
    /// Holds the cookie with the conversation that the visitor opened last. Pages whose address names none show this one.
    /// </summary>
    public const string Cookie = "pipulate.conversation";

    /// <summary>Decides whether a text can be a conversation's name.</summary>
    /// <param name="text">The text.</param>
    /// <param name="options">Where conversations are rooms, the application chooses their names.</param>
    public static bool IsName(string? text, PipulateOptions options) =>
        text is not null && (text == ConversationName.First
            || ConversationName.IsMade(text)
            || (options.MayEnterRoom is not null && ConversationId.IsName(text)));

    /// <summary>Gets the name in the request's own address, or null.</summary>
    public static string? Asked(HttpRequest request, PipulateOptions options) =>
        Find(request.Query[LongField], options) ?? Find(request.Query[Field], options);

    /// <summary>Gets the name of the conversation that the sending page shows, or null where it is unknown.</summary>
    public static string? Shown(HttpRequest request, PipulateOptions options) =>
        Find(request.Headers[Header], options)
        ?? InAddress(PageAddress.Of(request), options)
        ?? Find(request.Cookies[VisitorCookie.Name(request, Cookie)], options);

    private static string? InAddress(Uri? page, PipulateOptions options)
    {
        if (page is null || !page.Query.Contains(Field, StringComparison.Ordinal))
        {
            return null;
        }

        var fields = QueryHelpers.ParseQuery(page.Query);
        return Find(fields.GetValueOrDefault(LongField), options) ?? Find(fields.GetValueOrDefault(Field), options);
    }

    private static string? Find(StringValues values, PipulateOptions options)
    {
        foreach (var value in values)
        {
            if (IsName(value, options))
            {
                return value;
            }
        }

        return null;
    }
}
