using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Primitives;
using Pipulate.Conversations;

namespace Pipulate.Security;

/// <summary>
/// Finds the conversation that a request names. A name is looked for among the visitor's own conversations and nowhere else, so it need not
/// be believed: a request with another one reaches another one of theirs, or none. What cannot be a conversation's name is the
/// application's own, which may call something of its own "conversation", and is passed over.
/// </summary>
internal static class NamedConversation
{
    /// <summary>Contains the name of the field of an address.</summary>
    public const string Field = "conversation";

    /// <summary>Contains the same, where the address has a field of the application's own of that name.</summary>
    public const string LongField = "chat-conversation";

    /// <summary>
    /// Contains the field beside the name in the address that a panel connects to: the visitor that the page was rendered for, by
    /// <see cref="VisitorIdentity.SignOf"/>.
    /// </summary>
    public const string For = "for";

    /// <summary>
    /// Contains the header that the panel's script puts on each request of htmx: the conversation that the page shows, whatever its address
    /// has become since it was loaded.
    /// </summary>
    public const string Header = "X-Chat-Conversation";

    /// <summary>
    /// Contains the cookie with the conversation that the visitor has opened last: shown by pages whose address names none.
    /// </summary>
    public const string Cookie = "pipulate.conversation";

    /// <summary>Gets a value indicating whether a text can be a conversation's name.</summary>
    /// <param name="text">The text.</param>
    /// <param name="options">Where conversations are rooms, the application chooses their names.</param>
    public static bool IsName(string? text, PipulateOptions options) =>
        text is not null && (text == ConversationName.First
            || ConversationName.IsMade(text)
            || (options.MayEnterRoom is not null && ConversationId.IsName(text)));

    /// <summary>Gets what the request's own address names, or null.</summary>
    public static string? Asked(HttpRequest request, PipulateOptions options) =>
        Find(request.Query[LongField], options) ?? Find(request.Query[Field], options);

    /// <summary>Gets what the page shows that has sent the request, or null where that is not known.</summary>
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
