using Microsoft.AspNetCore.Http;

namespace Pipulate.Security;

/// <summary>Whose messages are counted together.</summary>
/// <param name="Visitor">The visitor.</param>
/// <param name="Address">
/// The address that a visitor without a name comes from, if that counts: who throws the cookie away is another visitor each time.
/// </param>
internal readonly record struct RateLimitPartition(string Visitor, string? Address)
{
    /// <summary>In a room for everybody there may be no more to go by than the address.</summary>
    public static RateLimitPartition Of(HttpContext context, Visitor visitor, ConversationScope scope)
    {
        var address = visitor.UserId is null && ClientAddress.Of(context) is { } known ? "a " + known : null;
        return new RateLimitPartition(
            scope is ConversationScope.PerVisitor ? "c " + visitor.Owner
                : visitor.UserId is { Length: > 0 } user ? "u " + user
                : "r " + context.Connection.RemoteIpAddress,
            address);
    }
}
