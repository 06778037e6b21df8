using Pipulate.Packages.Hosting;

namespace Pipulate.Packages;

/// <summary>
/// The packages that come with <c>dotnet add package Pipulate.AspNetCore</c>, used in an application that names no other.
/// </summary>
[Collection(PackedCollection.Name)]
public sealed class BroughtPackagesTests(PackedPackages packages)
{
    private const string Program = """
        using Htmx;
        using Htmx.TagHelpers;
        using OllamaSharp;
        using Pipulate;

        var builder = WebApplication.CreateBuilder(args);
        builder.Services.AddRazorPages();
        builder.Services.AddSingleton<IOllamaApiClient>(new OllamaApiClient("http://127.0.0.1:9", "llama3.2"));
        builder.Services.AddPipulate(options => options.UseDemoVoiceWhenUnavailable = true);
        var app = builder.Build();
        app.UsePipulate();
        app.MapHtmxAntiforgeryScript();
        app.MapRazorPages();
        app.MapPipulate();
        app.MapPost("/bell", [ChatCommentary("They rang the bell.")] (HttpContext context) =>
        {
            context.Response.Htmx(headers => headers.WithTrigger("rung"));
            return context.Request.IsHtmx() ? "Ding!" : "Dong!";
        });
        app.Run();
        """;

    private const string Page = """
        @page
        @addTagHelper *, Microsoft.AspNetCore.Mvc.TagHelpers
        @addTagHelper *, Htmx.TagHelpers
        @addTagHelper *, Pipulate.AspNetCore
        <html><head><meta name="htmx-config" includeAspNetAntiforgeryToken="true"><chat-assets /></head>
        <body><a hx-get hx-page="/Index" hx-route-id="7">Seven</a><chat-panel /></body></html>
        """;

    [Fact]
    public async Task AspNetCore_AddedAlone_BringsHtmxItsTagHelpersAndOllamaSharp()
    {
        using var place = new Workplace(packages.Folder);
        await place.DotnetAsync($"new web -o Alone --no-https --no-restore --debug:custom-hive {place.Folder}/hive");
        await place.DotnetAsync("add package Pipulate.AspNetCore", "Alone");
        place.Write("Alone/Program.cs", Program);
        place.Write("Alone/Pages/Index.cshtml", Page);

        await place.DotnetAsync($"build -warnaserror {Workplace.NoNodes}", "Alone");

        var listed = await place.DotnetAsync("list package --include-transitive", "Alone");
        Assert.All(
            (string[])["OllamaSharp", "Htmx", "Htmx.TagHelpers"], name => Assert.Contains($"> {name} ", listed, StringComparison.Ordinal));
        await using var app = await RunningApp.StartAsync(Path.Combine(place.Folder, "Alone"));
        using var http = new HttpClient { BaseAddress = app.Address };
        var html = await http.GetStringAsync("/", TestContext.Current.CancellationToken);
        Assert.Contains("hx-get=\"/?id=7\"", html, StringComparison.Ordinal);
        Assert.Contains("antiForgery", html, StringComparison.Ordinal);
        Assert.Contains("id=\"chat-panel\"", html, StringComparison.Ordinal);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/bell");
        request.Headers.Add("HX-Request", "true");
        using var response = await http.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal("Ding!", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.Equal("rung", Assert.Single(response.Headers.GetValues("HX-Trigger")));
    }
}
