namespace Pipulate;

/// <summary>
/// Configures how browsers keep and send the two cookies of a visitor (section <c>Pipulate:Cookie</c>): who they are, and which
/// conversation they looked at last. The names are those of ASP.NET Core's <c>CookieBuilder</c>. Both cookies are <c>HttpOnly</c>, and
/// <c>Secure</c> on https.
/// </summary>
public sealed class PipulateCookie
{
    /// <summary>
    /// Gets or sets with which requests browsers send the cookies. <see cref="CookieSameSite.None"/> is for pages that are shown in a frame
    /// of another site, and makes the cookies
    /// <see cref="Secure"/> (docs/recipes.md).
    /// </summary>
    /// <value>The default is <see cref="CookieSameSite.Lax"/>.</value>
    public CookieSameSite SameSite { get; set; } = CookieSameSite.Lax;

    /// <summary>
    /// Gets or sets whether browsers send the cookies by https only, also where the request itself came to this server without TLS, as
    /// behind a proxy.
    /// </summary>
    /// <value>The default is <see langword="false"/>: they are <c>Secure</c> where the request came by https.</value>
    public bool Secure { get; set; }

    /// <summary>
    /// Gets or sets whether browsers keep a jar of cookies of its own for each site that shows the page in a frame (CHIPS). Browsers that
    /// block third-party cookies then still know the visitor there.
    /// It makes the cookies <see cref="Secure"/>.
    /// </summary>
    /// <value>The default is <see langword="false"/>.</value>
    public bool Partitioned { get; set; }
}
