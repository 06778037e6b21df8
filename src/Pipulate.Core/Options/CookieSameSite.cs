namespace Pipulate;

/// <summary>
/// Lists with which requests browsers send a cookie, as the attribute <c>SameSite</c> says it.
/// </summary>
public enum CookieSameSite
{
    /// <summary>
    /// With requests of the same site, and with links that lead to it.
    /// </summary>
    Lax,

    /// <summary>
    /// With requests of the same site only.
    /// </summary>
    Strict,

    /// <summary>
    /// With all requests, also from frames of other sites.
    /// </summary>
    None,
}
