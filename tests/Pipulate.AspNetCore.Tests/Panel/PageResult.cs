using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Html;
using Microsoft.AspNetCore.Http;

namespace Pipulate.Tests.Panel;

/// <summary>A page of a minimal API, with the panel in its body.</summary>
internal sealed class PageResult(IHtmlContent panel) : IResult
{
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        await using var html = new StringWriter();
        html.Write("<!doctype html><html lang=\"en\"><head><title>Page</title>");
        httpContext.RenderChatAssets().WriteTo(html, HtmlEncoder.Default);
        html.Write("</head><body>");
        panel.WriteTo(html, HtmlEncoder.Default);
        html.Write("</body></html>");
        httpContext.Response.ContentType = "text/html; charset=utf-8";
        await httpContext.Response.WriteAsync(html.ToString());
    }
}
