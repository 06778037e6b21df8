using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Pipulate.Conversations;
using Pipulate.Storage;

namespace Pipulate.Security;

/// <summary>
/// Lets visitors to their conversations. One that a request names and that is not among the visitor's own is not there, whether it is
/// another visitor's or does not exist; one that it does not name itself, but that its page showed before it was deleted, gives way to the
/// first.
/// </summary>
internal sealed class ConversationAccess(VisitorIdentity visitors, VisitorConversations conversations, IOptions<PipulateOptions> options)
{
    /// <summary>Gets a value indicating whether visitors have conversations of their own.</summary>
    public bool IsPerVisitor { get; } = options.Value.Conversations is ConversationScope.PerVisitor;

    /// <summary>Finds the visitor, with the conversation that the request is about.</summary>
    /// <returns>Null for an unknown visitor, and where there is no such conversation.</returns>
    public async ValueTask<Visitor?> FindAsync(HttpContext context) =>
        visitors.Find(context) is { } visitor ? await CheckAsync(context, visitor) : null;

    /// <summary>
    /// Finds or creates the visitor of a page that is being rendered or connected; an unknown one gets the cookie with this response.
    /// </summary>
    /// <returns>Null where there is no such conversation.</returns>
    public ValueTask<Visitor?> GetOrCreateAsync(HttpContext context) => CheckAsync(context, visitors.GetOrCreate(context));

    /// <summary>
    /// Finds or creates the visitor of a connection. What its page shows is in its own address; of one that names none, the page shows the
    /// first.
    /// </summary>
    /// <returns>Null where there is no such conversation.</returns>
    public async ValueTask<Visitor?> ConnectAsync(HttpContext context)
    {
        var visitor = visitors.GetOrCreate(context);
        if (NamedConversation.Asked(context.Request, options.Value) is not null)
        {
            // The page was rendered before a sign-in or sign-out: the conversation that it names does not belong to the new visitor, so
            // they get
            // their first one.
            var isAnother = context.Request.Query[NamedConversation.For] is [{ Length: > 0 } sign]
                && sign != VisitorIdentity.SignOf(visitor);
            return await CheckAsync(context, visitor) ?? (isAnother ? visitor with { Conversation = visitor.First } : null);
        }

        // The address is Pipulate's own, so a value that is no conversation's name is an error and not a field of the application.
        return string.IsNullOrEmpty(context.Request.Query[NamedConversation.Field]) ? visitor with { Conversation = visitor.First } : null;
    }

    /// <summary>Deletes the visitor's cookies, so that the next request without them belongs to a new visitor.</summary>
    public void ClearCookies(HttpContext context, Visitor visitor) => visitors.ClearCookies(context, visitor);

    /// <summary>Opens a conversation of a visitor by its name.</summary>
    /// <returns>Null where they have none of that name.</returns>
    public async ValueTask<Conversation?> OpenAsync(Visitor visitor, string name) => name == ConversationName.First
        ? await conversations.OpenAsync(visitor.First)
        : IsPerVisitor && ConversationId.IsName(name) ? await conversations.OpenAsync(ConversationId.Of(visitor.Owner, name)) : null;

    /// <summary>Remembers the conversation that pages show whose address names none.</summary>
    public void Remember(HttpContext context, Visitor visitor)
    {
        var name = ConversationName.Of(visitor.Conversation);
        var known = VisitorCookie.Read(context, NamedConversation.Cookie);
        if (IsPerVisitor && !context.Response.HasStarted && name != (known ?? ConversationName.First))
        {
            VisitorCookie.Set(context, options.Value, NamedConversation.Cookie, name);
        }
    }

    private async ValueTask<Visitor?> CheckAsync(HttpContext context, Visitor visitor)
    {
        var asked = NamedConversation.Asked(context.Request, options.Value);
        if (visitor.Conversation == visitor.First)
        {
            return asked is null or ConversationName.First ? visitor : null;
        }

        if (await conversations.OpenAsync(visitor.Conversation) is not null)
        {
            return visitor;
        }

        return asked is null ? visitor with { Conversation = visitor.First } : null;
    }
}
