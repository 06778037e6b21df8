namespace Pipulate;

/// <summary>
/// Lists with which requests browsers send a cookie, as the attribute <c>SameSite</c> says it.
/// </summary>
public enum CookieSameSite
{
    /// <summary>
    /// Sends the cookie with requests of the same site, and with links that lead to it.
    /// </summary>
    Lax,

    /// <summary>
    /// Sends the cookie with requests of the same site only.
    /// </summary>
    Strict,

    /// <summary>
    /// Sends the cookie with all requests, also from frames of other sites.
    /// </summary>
    None,
}
