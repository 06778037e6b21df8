using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Pipulate.Conversations;
using Pipulate.Storage;

namespace Pipulate.Security;

/// <summary>
/// Identifies visitors: by the signed-in user's id, otherwise by a random id in a protected cookie that scripts cannot read.
/// </summary>
internal sealed class VisitorIdentity(IDataProtectionProvider protection, IOptions<PipulateOptions> options)
{
    public const string CookieName = "pipulate.visitor";

    /// <summary>
    /// Bounds the cookies in memory, as many as there are conversations. Only valid cookies are kept, so no client can fill this.
    /// </summary>
    private const int RememberedCookies = ConversationCache.Capacity;

    private static readonly ConversationId SharedRoom = new("shared");
    private static readonly object FreshKey = new();

    private readonly IDataProtector _protector = protection.CreateProtector("Pipulate.Visitor.v1");

    /// <summary>
    /// Maps cookies that were read before to their conversations: to read one is most of what a comment costs its request.
    /// </summary>
    private readonly ConcurrentDictionary<string, ConversationId> _known = new();
    private int _knownCount;

    /// <summary>Finds the visitor, with the conversation that the request names; null for an unknown one.</summary>
    public Visitor? Find(HttpContext context)
    {
        var userId = UserIdOf(context.User);
        if (options.Value.Conversations is ConversationScope.Shared)
        {
            return new Visitor(SharedRoom, SharedRoom, userId);
        }

        if (!string.IsNullOrEmpty(userId))
        {
            // Hashed, because a user's id may be personal data, and it appears in logs.
            return With(
                context,
                new ConversationId("u-" + Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes(userId)).AsSpan(0, 16))),
                userId);
        }

        if (context.Items[FreshKey] is Visitor fresh)
        {
            return fresh;
        }

        return VisitorCookie.Read(context, CookieName) is { } cookie && Read(cookie) is { } first
            ? With(context, first, null)
            : null;
    }

    /// <summary>Finds or creates the visitor; an unknown one gets the cookie with this response, which must not have started.</summary>
    public Visitor GetOrCreate(HttpContext context)
    {
        if (Find(context) is { } known)
        {
            if (known.UserId is not null)
            {
                Part(context);
            }

            return known;
        }

        var id = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(16));
        VisitorCookie.Set(context, options.Value, CookieName, _protector.Protect(id));
        var visitor = With(context, new ConversationId("v-" + id), null);
        context.Items[FreshKey] = visitor;
        return visitor;
    }

    /// <summary>Gets the id of a signed-in user, or null.</summary>
    public static string? UserIdOf(ClaimsPrincipal? user) =>
        user?.Identity is { IsAuthenticated: true } && user.FindFirstValue(ClaimTypes.NameIdentifier) is { Length: > 0 } id ? id : null;

    /// <summary>
    /// Gets the first conversation of the visitor that the request's cookie names, even if a user is signed in; null without such a cookie
    /// and where all share one room.
    /// </summary>
    public ConversationId? FindByCookie(HttpContext context) =>
        options.Value.Conversations is ConversationScope.PerVisitor && VisitorCookie.Read(context, CookieName) is { } cookie
            ? Read(cookie)
            : null;

    /// <summary>
    /// Gets a short hash that identifies a visitor. A page that reconnects sends the one that it was rendered with. It is not a secret and
    /// grants no access.
    /// </summary>
    public static string SignOf(Visitor visitor) =>
        Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes(visitor.UserId ?? visitor.Owner)).AsSpan(0, 6));

    /// <summary>Takes the cookies back: the next request without a name is another visitor's.</summary>
    public void ClearCookies(HttpContext context, Visitor visitor)
    {
        VisitorCookie.Delete(context, options.Value, NamedConversation.Cookie);
        if (visitor.UserId is null)
        {
            VisitorCookie.Delete(context, options.Value, CookieName);
        }
    }

    /// <summary>
    /// Deletes the cookie of a visitor that has signed in: a client that knows it, or planted it, has no part in what comes after the
    /// sign-out, and that begins with a cookie of its own.
    /// </summary>
    private void Part(HttpContext context)
    {
        if (VisitorCookie.Read(context, CookieName) is not null && !context.Response.HasStarted)
        {
            VisitorCookie.Delete(context, options.Value, CookieName);
        }
    }

    private Visitor With(HttpContext context, ConversationId first, string? userId)
    {
        var name = NamedConversation.Asked(context.Request, options.Value) ?? NamedConversation.Shown(context.Request, options.Value);
        var isFurther = name is not null && name != ConversationName.First;
        if (isFurther && options.Value.MayEnterRoom?.Invoke(context.User, name!) is true)
        {
            return new Visitor(first, ConversationId.OfRoom(name!), userId);
        }

        return new Visitor(first, isFurther ? ConversationId.Of(first.Value, name!) : first, userId);
    }

    private ConversationId? Read(string cookie)
    {
        if (_known.TryGetValue(cookie, out var known))
        {
            return known;
        }

        if (Unprotect(cookie) is not { } id)
        {
            return null;
        }

        var conversation = new ConversationId("v-" + id);
        if (_known.TryAdd(cookie, conversation) && Interlocked.Increment(ref _knownCount) > RememberedCookies)
        {
            // All at once: an order of use would cost every request more than some decryptions cost now and then.
            _known.Clear();
            Volatile.Write(ref _knownCount, 0);
        }

        return conversation;
    }

    private string? Unprotect(string cookie)
    {
        try
        {
            return _protector.Unprotect(cookie);
        }
        catch (CryptographicException)
        {
            // Forged, or protected with keys that are lost: a stranger either way.
            return null;
        }
    }
}
