using Microsoft.Playwright;

namespace Pipulate.Browser.Hosting;

/// <summary>
/// Changes the sample's pages into those of another application: with attributes on the body, settings of htmx, and scripts of their own.
/// </summary>
internal static class OtherPage
{
    private const string Folder = "/other/";

    /// <summary>Rewrites what the page loads from now on.</summary>
    /// <param name="page">The page.</param>
    /// <param name="body">What stands in the tag of the body.</param>
    /// <param name="config">Settings of htmx as JSON, which are added to those that are there.</param>
    /// <param name="scripts">The text of scripts, in their order; they load behind htmx.</param>
    public static Task MakeAsync(IPage page, string body = "", string config = "{}", params string[] scripts) =>
        MakeAsync(page, html => html, body, config, scripts);

    /// <summary>
    /// Rewrites what the page loads from now on, and then by <paramref name="change"/>, which gets the HTML of a whole page.
    /// </summary>
    public static async Task MakeAsync(IPage page, Func<string, string> change, string body, string config, params string[] scripts)
    {
        // What a route answers comes from no address, so for Chromium the socket would lead from the internet into a local network.
        await page.Context.GrantPermissionsAsync(["local-network-access"]);
        await page.RouteAsync(
            url => new Uri(url).AbsolutePath.StartsWith(Folder, StringComparison.Ordinal), route => route.FulfillAsync(new()
            {
                ContentType = "text/javascript",
                Body = scripts[int.Parse(new Uri(route.Request.Url).Segments[^1], null)],
            }));
        await page.RouteAsync(url => new Uri(url).AbsolutePath is "/" or "/about", async route =>
        {
            if (route.Request.Method != "GET")
            {
                await route.FallbackAsync();
                return;
            }

            var response = await route.FetchAsync();
            await route.FulfillAsync(
                new() { Response = response, Body = change(Rewrite(await response.TextAsync(), body, config, scripts.Length)) });
        });
    }

    private static string Rewrite(string html, string body, string config, int scripts)
    {
        var tags = string.Concat(Enumerable.Range(0, scripts).Select(number => $"<script src=\"{Folder}{number}\"></script>"));
        var meta = config is "{}" ? "" : $"<meta name=\"htmx-config\" content=\"{System.Net.WebUtility.HtmlEncode(config)}\">";
        return html
            .Replace("</head>", meta + tags + "</head>", StringComparison.Ordinal)
            .Replace("<body>", $"<body {body}>", StringComparison.Ordinal);
    }
}
