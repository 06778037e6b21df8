using Microsoft.AspNetCore.Http;

namespace Pipulate.Security;

/// <summary>Represents the keys under which the messages of a request are counted.</summary>
/// <param name="Visitor">The visitor.</param>
/// <param name="Address">
/// The address of a visitor that is not signed in, if it counts: a client that discards its cookie is a new visitor each time.
/// </param>
internal readonly record struct RateLimitPartition(string Visitor, string? Address)
{
    /// <summary>Gets the keys of a request. In a shared conversation the address may be all that is known.</summary>
    public static RateLimitPartition Of(HttpContext context, Visitor visitor, ConversationScope scope)
    {
        var address = visitor.UserId is null ? VisitorKey.OfAddress(ClientAddress.Of(context)) : null;
        return new RateLimitPartition(
            scope is ConversationScope.PerVisitor ? VisitorKey.OfOwner(visitor)
                : visitor.UserId is { Length: > 0 } user ? VisitorKey.OfUser(user)
                : VisitorKey.OfRemoteAddress(context),
            address);
    }
}
