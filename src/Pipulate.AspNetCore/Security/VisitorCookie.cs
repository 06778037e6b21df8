using Microsoft.AspNetCore.Http;

namespace Pipulate.Security;

/// <summary>
/// Writes and reads the cookies. Browsers compare a cookie's path with its case, and servers do not: a cookie for <c>/app</c> would not
/// come
/// with <c>/APP</c>, and the visitor would be another. So the path is that of the whole host, and the path base stands in the name, which
/// keeps
/// applications under other path bases of the host apart.
/// </summary>
internal static class VisitorCookie
{
    /// <summary>Gets the name of a cookie of the application that the request is for.</summary>
    public static string Name(HttpRequest request, string name)
    {
        var path = request.PathBase.Value?.Trim('/');
        return string.IsNullOrEmpty(path) ? name : $"{name}.{Uri.EscapeDataString(path.ToLowerInvariant())}";
    }

    /// <summary>Reads a cookie; null where there is none.</summary>
    public static string? Read(HttpContext context, string name) => context.Request.Cookies[Name(context.Request, name)];

    /// <summary>Sets a cookie with the response, for a year.</summary>
    public static void Set(HttpContext context, PipulateOptions settings, string name, string value)
    {
        var options = OptionsOf(context, settings.Cookie);
        options.MaxAge = TimeSpan.FromDays(365);
        PrivateResponse.Mark(context);
        context.Response.Cookies.Append(Name(context.Request, name), value, options);
    }

    /// <summary>Deletes a cookie.</summary>
    public static void Delete(HttpContext context, PipulateOptions settings, string name)
    {
        PrivateResponse.Mark(context);
        context.Response.Cookies.Delete(Name(context.Request, name), OptionsOf(context, settings.Cookie));
    }

    private static CookieOptions OptionsOf(HttpContext context, PipulateCookie cookie)
    {
        var options = new CookieOptions
        {
            HttpOnly = true,
            SameSite = cookie.SameSite switch
            {
                CookieSameSite.None => SameSiteMode.None,
                CookieSameSite.Strict => SameSiteMode.Strict,
                _ => SameSiteMode.Lax,
            },

            // Browsers reject a cookie for frames of other sites that is not secure.
            Secure = context.Request.IsHttps || cookie.Secure || cookie.Partitioned || cookie.SameSite is CookieSameSite.None,
            Path = "/",
            IsEssential = true,
        };
        if (cookie.Partitioned)
        {
            options.Extensions.Add("Partitioned");
        }

        return options;
    }
}
