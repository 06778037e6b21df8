using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Pipulate.Connections;

namespace Pipulate.Security;

/// <summary>
/// Detects that a request signs a user in or out, by any scheme, and closes the connections of the visitor that the request had before,
/// as soon as the response with the new cookie is sent. The pages reconnect with the cookies that their browser has by then, so a page
/// whose visitor has not changed, such as one on another machine, loses nothing.
/// </summary>
internal sealed class SignInMonitor(
    IAuthenticationService inner, IAuthenticationSchemeProvider schemes, VisitorIdentity visitors, ConnectionRegistry registry)
    : IAuthenticationService
{
    public Task<AuthenticateResult> AuthenticateAsync(HttpContext context, string? scheme) => inner.AuthenticateAsync(context, scheme);

    public Task ChallengeAsync(HttpContext context, string? scheme, AuthenticationProperties? properties) =>
        inner.ChallengeAsync(context, scheme, properties);

    public Task ForbidAsync(HttpContext context, string? scheme, AuthenticationProperties? properties) =>
        inner.ForbidAsync(context, scheme, properties);

    public async Task SignInAsync(HttpContext context, string? scheme, ClaimsPrincipal principal, AuthenticationProperties? properties)
    {
        var before = await FindUserAsync(context, scheme ?? (await schemes.GetDefaultSignInSchemeAsync())?.Name);
        await inner.SignInAsync(context, scheme, principal, properties);
        var after = VisitorIdentity.UserIdOf(principal);
        if (before is not null && before != after)
        {
            VacateWhenSent(context, ChatAudience.User(before));
        }
        else if (before is null && visitors.FindByCookie(context) is { } visitor)
        {
            VacateWhenSent(context, ChatAudience.Conversation(visitor));
        }
    }

    public async Task SignOutAsync(HttpContext context, string? scheme, AuthenticationProperties? properties)
    {
        var before = await FindUserAsync(context, scheme ?? (await schemes.GetDefaultSignOutSchemeAsync())?.Name);
        await inner.SignOutAsync(context, scheme, properties);
        if (before is not null)
        {
            VacateWhenSent(context, ChatAudience.User(before));
        }
    }

    /// <summary>
    /// Refuses messages from now on, but closes the connections only when the response is sent: a page that reconnected earlier would still
    /// have the cookie of the previous user.
    /// </summary>
    private void VacateWhenSent(HttpContext context, ChatAudience audience)
    {
        registry.StopAccepting(audience);
        context.Response.OnCompleted(() =>
        {
            registry.Vacate(audience);
            return Task.CompletedTask;
        });
    }

    /// <summary>
    /// Finds who the browser is to a scheme. Its handler keeps the answer for the request, so it costs nothing where it was asked before.
    /// </summary>
    private async Task<string?> FindUserAsync(HttpContext context, string? scheme)
    {
        try
        {
            return VisitorIdentity.UserIdOf((await inner.AuthenticateAsync(context, scheme)).Principal);
        }
        catch (Exception)
        {
            // The scheme does not support it, or its cookie cannot be read: signing in and out must not fail for that.
            return VisitorIdentity.UserIdOf(context.User);
        }
    }
}
