using System.Net;
using Pipulate.FakeOllama;
using Pipulate.Packages.Hosting;
using Pipulate.Tests;

namespace Pipulate.Packages;

/// <summary>
/// docs/existing-app.md, done to the letter: the applications that <c>dotnet new</c> makes, the lines that the page says, and no other.
/// </summary>
[Collection(PackedCollection.Name)]
public sealed class ExistingAppTests(PackedPackages packages)
{
    private const string Page = "docs/existing-app.md";

    /// <summary>The template, the heading of its section, the page with the panel, and the endpoint that is commented on.</summary>
    private static readonly (string Template, string Heading, string Panel, HttpMethod Method, string Endpoint)[] Applications =
    [
        ("mvc", "MVC (`dotnet new mvc`)", "/", HttpMethod.Get, "/Home/Privacy"),
        ("webapp", "Razor Pages (`dotnet new webapp`)", "/", HttpMethod.Get, "/Privacy"),
        ("blazor", "Blazor (`dotnet new blazor --interactivity None`)", "/", HttpMethod.Get, "/weather"),
        ("web", "Minimal API (`dotnet new web`)", "/chat", HttpMethod.Post, "/bell"),
    ];

    [Fact]
    [Trait("Category", Exhaustive.Category)]
    public async Task Guide_FollowedInFreshApplications_EndsWithAComment()
    {
        var applications = Exhaustive.Cases(Applications, quick: 1);
        using var place = new Workplace(packages.Folder);
        Assert.Contains(
            "```bash\ndotnet add package Pipulate.AspNetCore\n```",
            await File.ReadAllTextAsync(Path.Combine(Repository.Root, Page), TestContext.Current.CancellationToken),
            StringComparison.Ordinal);
        foreach (var (template, heading, _, _, _) in applications)
        {
            var kind = template is "blazor" ? "blazor --interactivity None" : template;
            await place.DotnetAsync($"new {kind} -o {template} --no-https --no-restore --debug:custom-hive {place.Folder}/hive");
            await place.DotnetAsync("add package Pipulate.AspNetCore", template);
            var changes = Guide.Changes(Guide.Section(Page, heading)).ToList();
            Assert.NotEmpty(changes);
            foreach (var (file, diff) in changes)
            {
                place.Write($"{template}/{file}", Guide.Apply(place.Read($"{template}/{file}"), diff, $"{Page}, {heading}, {file}"));
            }
        }

        place.Write(
            "All.slnx",
            $"<Solution>{string.Concat(applications.Select(one => $"""<Project Path="{one.Template}/{one.Template}.csproj" />"""))}</Solution>");
        await place.DotnetAsync($"build All.slnx -warnaserror {Workplace.NoNodes}");
        foreach (var (template, _, panel, method, endpoint) in applications)
        {
            await DriveAsync(Path.Combine(place.Folder, template), panel, method, endpoint);
        }
    }

    private static async Task DriveAsync(string project, string panel, HttpMethod method, string endpoint)
    {
        await using var ollama = await FakeOllamaServer.StartAsync();
        ollama.Answer = _ => FakeAnswer.Text("Curious, are we?");
        await using var app = await RunningApp.StartAsync(project, $"--Pipulate:Ollama:Endpoint={ollama.Endpoint}");
        var visitor = new CookieContainer();
        using var browser = new HttpClient(new SocketsHttpHandler { CookieContainer = visitor }) { BaseAddress = app.Address };
        var html = await browser.GetStringAsync(panel, TestContext.Current.CancellationToken);
        Assert.Contains("id=\"chat-panel\"", html, StringComparison.Ordinal);
        Assert.Contains("_content/Pipulate.AspNetCore/pipulate", html, StringComparison.Ordinal);
        using var style = await browser.GetAsync("/_content/Pipulate.AspNetCore/pipulate.css", TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, style.StatusCode);

        await using var page = await ChatPage.OpenAsync(app.Address, visitor);
        using var request = new HttpRequestMessage(method, endpoint);
        using var response = await page.Http.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("Curious, are we?", await page.WaitForAnswerAsync());
    }
}
