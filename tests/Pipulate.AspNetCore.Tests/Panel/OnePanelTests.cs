using System.Net;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Pipulate.Tests.Panel;

/// <summary>
/// A page has one panel and an application maps its endpoints once: what is too much is an error in Development, and in the log elsewhere.
/// </summary>
public sealed class OnePanelTests
{
    [Fact]
    public async Task Page_WithTwoPanelsInProduction_HasTheFirstAndAnErrorInTheLog()
    {
        await using var host = await ChatHost.StartAsync(app => app.MapGet("/two", (Delegate)TwoAsync), ollama: false);
        using var http = new HttpClient { BaseAddress = host.Address };

        var page = await http.GetStringAsync(new Uri("/two", UriKind.Relative), TestContext.Current.CancellationToken);

        Assert.Equal(2, page.Split("id=\"chat-panel\"").Length);
        Assert.Contains(host.Logs.Lines, line => line.Text.StartsWith("The page /two has two chat panels.", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Page_WithTwoPanelsInDevelopment_Fails()
    {
        await using var host =
            await ChatHost.StartAsync(app => app.MapGet("/two", (Delegate)TwoAsync), services: InDevelopment, ollama: false);
        using var http = new HttpClient { BaseAddress = host.Address };

        using var response = await http.GetAsync(new Uri("/two", UriKind.Relative), TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
    }

    /// <summary>The error page takes the place of the page that had its panel already.</summary>
    [Fact]
    public async Task ErrorPage_AfterAPageWithAPanel_HasItsOwn()
    {
        await using var host = await ChatHost.StartAsync(
            app =>
            {
                app.UseExceptionHandler("/error");
                app.MapGet("/error", (Delegate)OneAsync);
                app.MapGet("/broken", async (HttpContext context) =>
                {
                    await PanelAsync(context);
                    throw new InvalidOperationException("broken");
                });
            },
            services: InDevelopment,
            ollama: false);
        using var http = new HttpClient { BaseAddress = host.Address };

        using var response = await http.GetAsync(new Uri("/broken", UriKind.Relative), TestContext.Current.CancellationToken);

        Assert.Contains(
            "id=\"chat-panel\"", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task MapPipulate_TwiceInProduction_IsAnErrorInTheLog()
    {
        await using var host = await ChatHost.StartAsync(app => app.MapPipulate("/chat"), ollama: false);

        Assert.Contains(
            host.Logs.Lines,
            line => line.Text.StartsWith("MapPipulate was called twice, with the prefixes \"/chat\" and \"\".", StringComparison.Ordinal));
    }

    [Fact]
    public async Task MapPipulate_TwiceInDevelopment_NamesBothCalls()
    {
        var exception = await Assert.ThrowsAsync<InvalidOperationException>(
            () => ChatHost.StartAsync(app => app.MapPipulate("/chat"), services: InDevelopment, ollama: false));

        Assert.Contains("\"/chat\" and \"\"", exception.Message, StringComparison.Ordinal);
    }

    private static async Task<IResult> TwoAsync(HttpContext context) =>
        Results.Content(await PanelAsync(context) + await PanelAsync(context), "text/html");

    private static async Task<IResult> OneAsync(HttpContext context) => Results.Content(await PanelAsync(context), "text/html");

    private static async Task<string> PanelAsync(HttpContext context)
    {
        using var html = new StringWriter();
        (await context.RenderChatPanelAsync()).WriteTo(html, HtmlEncoder.Default);
        return html.ToString();
    }

    private static void InDevelopment(IServiceCollection services) =>
        ((IHostEnvironment)services.First(
            service => service.ServiceType == typeof(IHostEnvironment)).ImplementationInstance!).EnvironmentName = Environments.Development;
}
