using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace Pipulate.Security;

/// <summary>
/// Which conversation a request names. A name is looked for among the visitor's own conversations and nowhere else, so it need not be believed: whoever sends another one reaches another one
/// of theirs, or none.
/// </summary>
internal static class NamedConversation
{
    /// <summary>The name in an address.</summary>
    public const string Field = "conversation";

    /// <summary>What the panel's script puts on each request of htmx: the conversation that the page shows, whatever its address has become since it was loaded.</summary>
    public const string Header = "X-Chat-Conversation";

    /// <summary>The one that the visitor has opened last: shown by pages whose address names none.</summary>
    public const string Cookie = "pipulate.conversation";

    /// <summary>What the request's own address names, or null.</summary>
    public static string? Asked(HttpRequest request) => request.Query[Field] is [{ Length: > 0 } name, ..] ? name : null;

    /// <summary>What the page shows that has sent the request, or null where that is not known.</summary>
    public static string? Shown(HttpRequest request) =>
        NotEmpty(request.Headers[Header].ToString())
        ?? InAddress(PageAddress.Of(request))
        ?? NotEmpty(request.Cookies[Cookie]);

    private static string? InAddress(Uri? page) =>
        page is not null && page.Query.Contains(Field, StringComparison.Ordinal) ? NotEmpty(QueryHelpers.ParseQuery(page.Query).GetValueOrDefault(Field).ToString()) : null;

    private static string? NotEmpty(string? name) => string.IsNullOrEmpty(name) ? null : name;
}
