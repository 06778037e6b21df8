using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Pipulate.Tests.Security;

/// <summary>The visitor's cookie as the options have it.</summary>
public sealed class CookieTests
{
    [Theory]
    [InlineData(null, null, null, "samesite=lax")]
    [InlineData("Strict", null, null, "samesite=strict")]
    [InlineData("Lax", "true", null, "samesite=lax; secure")]
    [InlineData("None", null, null, "samesite=none; secure")]
    [InlineData("None", null, "true", "samesite=none; secure; partitioned")]
    [InlineData(null, null, "true", "samesite=lax; secure; partitioned")]
    public async Task Visitor_WithTheseSettings_GetsACookieOfTheseAttributes(
        string? sameSite, string? secure, string? partitioned, string attributes)
    {
        await using var host = await ChatHost.StartAsync(
            app => app.MapGet("/page", (Delegate)(async (HttpContext context) =>
            {
                using var html = new StringWriter();
                (await context.RenderChatPanelAsync()).WriteTo(html, HtmlEncoder.Default);
                return Results.Content(html.ToString(), "text/html");
            })),
            settings: new()
            {
                ["Pipulate:Cookie:SameSite"] = sameSite,
                ["Pipulate:Cookie:Secure"] = secure,
                ["Pipulate:Cookie:Partitioned"] = partitioned
            },
            ollama: false);
        using var http = new HttpClient { BaseAddress = host.Address };

        using var response = await http.GetAsync(new Uri("/page", UriKind.Relative), TestContext.Current.CancellationToken);

        var cookie = response.Headers
            .GetValues("Set-Cookie")
            .First(value => value.StartsWith("pipulate.visitor=", StringComparison.Ordinal));
        Assert.Equal(
            attributes.Split("; ").Append("httponly").Order(),
            cookie.Split("; ").Skip(1).Select(attribute => attribute.ToLowerInvariant()).Where(
                attribute => !attribute.StartsWith("max-age", StringComparison.Ordinal) && attribute != "path=/").Order());
    }
}
