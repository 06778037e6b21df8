using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.ApplicationParts;
using Microsoft.AspNetCore.Mvc.Controllers;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Pipulate.Tests.Commentary;

/// <summary>A template that cannot be parsed stops the host at start and names the endpoint, wherever it stands.</summary>
public sealed class StartCheckTests
{
    [Fact]
    [Trait("Row", "S-41")]
    public async Task Attribute_OnALambda_StopsTheHost()
    {
        var exception = await Assert.ThrowsAsync<InvalidOperationException>(() => ChatHost.StartAsync(app =>
        {
            app.MapPost("/fine", [ChatCommentary("fine {title}")] () => "");
            app.MapGroup("/list").MapDelete("/{id:int}", [ChatCommentary("They deleted {title")] (int id) => "");
        }));

        Assert.Contains("DELETE /list/{id:int}", exception.Message, StringComparison.Ordinal);
        Assert.Contains("They deleted {title", exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("fine", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Attribute_OnAnAction_StopsTheHost()
    {
        var exception = await Assert.ThrowsAsync<InvalidOperationException>(() => ChatHost.StartAsync(
            app => app.MapControllers(),
            services: services =>
                services.AddControllers().ConfigureApplicationPartManager(parts => parts.FeatureProviders.Add(new OnlyBroken()))));

        Assert.Contains("Broken.Act", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/Broken/Class")]
    [InlineData("/Broken/Handler")]
    public async Task Attribute_OnAPageOrItsHandlerMethod_StopsTheHost(string page)
    {
        var exception = await Assert.ThrowsAsync<InvalidOperationException>(() => ChatHost.StartAsync(
            app => app.MapRazorPages(),
            services: services => services.AddRazorPages(pages => pages.Conventions.AddFolderRouteModelConvention("/", model =>
            {
                if (model.ViewEnginePath != page)
                {
                    model.Selectors.Clear();
                }
            })).AddApplicationPart(typeof(StartCheckTests).Assembly)));

        Assert.Contains($"/Pages{page}.cshtml", exception.Message, StringComparison.Ordinal);
        Assert.Equal(
            page.EndsWith("Handler", StringComparison.Ordinal), exception.Message.Contains("OnPostBurn", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Page_ThatWasChecked_KeepsTheConventionsOfItsEndpoint()
    {
        await using var host = await ChatHost.StartAsync(
            app => app.MapRazorPages().RequireAuthorization(),
            services: services =>
            {
                services.AddAuthentication("Cookies").AddCookie("Cookies");
                services.AddAuthorization();
                services
                    .AddRazorPages(pages => pages.Conventions.AddFolderRouteModelConvention("/Broken", model => model.Selectors.Clear()))
                    .AddApplicationPart(typeof(StartCheckTests).Assembly);
            });
        var page = await host.OpenAsync();

        using var response = await page.Http.PostAsync("/success/page-class/7/200", null, TestContext.Current.CancellationToken);

        Assert.Equal(System.Net.HttpStatusCode.Redirect, response.StatusCode);
        Assert.Contains("/Account/Login", response.Headers.Location!.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnApplicationWithAStartupClass_IsStoppedToo()
    {
        using var host = new HostBuilder()
            .ConfigureWebHost(web => web.UseKestrel().UseUrls("http://127.0.0.1:0").ConfigureServices(services =>
        {
            services.AddRouting();
            services.AddPipulate();
        }).Configure(app =>
        {
            app.UseRouting();
            app.UsePipulate();
            app.UseEndpoints(endpoints => endpoints.MapGet("/broken", [ChatCommentary("}")] () => ""));
        })).Build();

        var exception = await Assert.ThrowsAsync<InvalidOperationException>(() => host.StartAsync(TestContext.Current.CancellationToken));

        Assert.Contains("GET /broken", exception.Message, StringComparison.Ordinal);
    }

    /// <summary>Nested, so that no other host finds it.</summary>
    [Route("broken")]
    public sealed class Broken : ControllerBase
    {
        [HttpPost]
        [ChatCommentary("{not a name}")]
        public string Act() => Request.Method;
    }

    private sealed class OnlyBroken : IApplicationFeatureProvider<ControllerFeature>
    {
        public void PopulateFeature(IEnumerable<ApplicationPart> parts, ControllerFeature feature)
        {
            feature.Controllers.Clear();
            feature.Controllers.Add(typeof(Broken).GetTypeInfo());
        }
    }
}
