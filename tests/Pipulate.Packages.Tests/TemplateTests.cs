using System.Net;
using System.Text.RegularExpressions;
using Pipulate.FakeOllama;
using Pipulate.Packages.Hosting;
using Pipulate.Stores.Hosting;
using Pipulate.Tests;

namespace Pipulate.Packages;

/// <summary>
/// What <c>dotnet new pipulate-todo</c> makes, in every combination of its options: all are built at once, and one with each store is
/// driven, that with PostgreSQL in two processes.
/// </summary>
[Collection(PackedCollection.Name)]
public sealed partial class TemplateTests(PackedPackages packages, PostgreSqlServer server) : IClassFixture<PostgreSqlServer>
{
    private static readonly string[] Stores = ["memory", "sqlite", "postgres"];
    /// <summary>Those that are started as well; by default no others are made.</summary>
    private static readonly string[] Driven = ["Todo2demosqlite", "Todo4ollamamemory"];

    private static readonly string[] Voices = ["ollama", "demo"];

    [Fact]
    [Trait("Category", Exhaustive.Category)]
    public async Task Template_InEveryCombination_BuildsAndRuns()
    {
        using var place = await InstallAsync();
        var names = new List<string>();
        foreach (var (htmx, voice, store) in from htmx in (string[])[
            "2", "4"
        ]
                                             from voice in Voices
                                             from store in Stores
                                             select (htmx, voice, store))
        {
            var name = $"Todo{htmx}{voice}{store}";
            if (!Exhaustive.IsFull && !Driven.Contains(name))
            {
                continue;
            }

            names.Add(name);
            await MakeAsync(place, name, htmx, voice, store);

            AssertIsAsAsked(place, name, htmx, voice, store);
        }

        place.Write(
            "All.slnx", $"<Solution>{string.Concat(names.Select(name => $"""<Project Path="{name}/{name}.csproj" />"""))}</Solution>");
        await place.DotnetAsync($"build All.slnx -warnaserror {Workplace.NoNodes}");

        foreach (var name in Driven)
        {
            await DriveAsync(place, name);
        }
    }

    /// <summary>
    /// The sample on two ports, and one address whose connections go to them in turn: what one process generates, the pages on both see as
    /// it comes.
    /// </summary>
    [Fact]
    public async Task Template_WithPostgresInTwoProcessesBehindOneAddress_IsOneChat()
    {
        var database = await server.NewSchemaAsync();
        using var place = await InstallAsync();
        await MakeAsync(place, "Todo", "4", "ollama", "postgres");
        await place.DotnetAsync($"build Todo -warnaserror {Workplace.NoNodes}");
        var go = new TaskCompletionSource();
        await using var ollama = await FakeOllamaServer.StartAsync();
        ollama.Answer = _ => FakeAnswer.Text("Milk again, of course.") with { GateAfterFirst = go.Task };
        string[] settings = [$"--Pipulate:Ollama:Endpoint={ollama.Endpoint}", $"--ConnectionStrings:Chat={database}"];
        await using var one = await RunningApp.StartAsync(Path.Combine(place.Folder, "Todo"), settings);
        await using var other = await RunningApp.StartAsync(Path.Combine(place.Folder, "Todo"), settings);
        await using var front = new Relay("127.0.0.1", one.Address.Port, other.Address.Port);
        var address = new Uri($"http://127.0.0.1:{front.Port}");

        var visitor = new CookieContainer();
        using var browser = new HttpClient(new SocketsHttpHandler { CookieContainer = visitor }) { BaseAddress = address };
        var html = await browser.GetStringAsync("/", TestContext.Current.CancellationToken);
        await using var first = await ChatPage.OpenAsync(address, visitor);
        await using var second = await ChatPage.OpenAsync(address, visitor);
        using var form = new FormUrlEncodedContent(
            new Dictionary<string, string> { ["title"] = "Milk", ["__RequestVerificationToken"] = Token().Match(html).Groups[1].Value });
        using var added = await first.Http.PostAsync("/todo", form, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, added.StatusCode);

        ChatPage[] pages = [first, second];
        foreach (var page in pages)
        {
            await page.WaitAsync(dom => dom.Entries is [.., { Role: "assistant", State: "streaming", Text: "Milk" or "Milk " }]);
        }

        go.SetResult();
        foreach (var page in pages)
        {
            Assert.Equal("Milk again, of course.", await page.WaitForAnswerAsync());
        }

        ollama.Answer = _ => FakeAnswer.Text("Eggs, too.");
        await second.TypeAsync("And?");
        foreach (var page in pages)
        {
            Assert.Equal("Eggs, too.", await page.WaitForAnswerAsync(2));
            Assert.Single(page.Read(dom => dom.Entries), entry => entry is { Role: "user", Text: "And?" });
        }

        Assert.Equal(2, ollama.Chats.Count);
    }

    private async Task<Workplace> InstallAsync()
    {
        var place = new Workplace(packages.Folder);
        await place.DotnetAsync(
            $"new install {Path.Combine(packages.Folder, $"Pipulate.Templates.{packages.Version}.nupkg")} --debug:custom-hive {place.Folder}/hive");
        return place;
    }

    private static Task<string> MakeAsync(Workplace place, string name, string htmx, string voice, string store) =>
        place.DotnetAsync(
            $"new pipulate-todo -o {name} --htmx {htmx} --voice {voice} --store {store} --debug:custom-hive {place.Folder}/hive");

    private static void AssertIsAsAsked(Workplace place, string name, string htmx, string voice, string store)
    {
        var program = place.Read($"{name}/Program.cs");
        var settings = place.Read($"{name}/appsettings.json");
        var project = place.Read($"{name}/{name}.csproj");

        Assert.Contains($"\"Htmx\": \"V{htmx}\"", settings, StringComparison.Ordinal);
        Assert.Equal(voice == "demo", program.Contains("UseDemoVoiceWhenUnavailable = true", StringComparison.Ordinal));
        Assert.Equal(store == "sqlite", program.Contains(".AddSqlite(", StringComparison.Ordinal));
        Assert.Equal(store == "postgres", program.Contains(".AddPostgreSql(", StringComparison.Ordinal));
        Assert.Equal(store == "sqlite", project.Contains("\"Pipulate.Sqlite\"", StringComparison.Ordinal));
        Assert.Equal(store == "postgres", project.Contains("\"Pipulate.PostgreSql\"", StringComparison.Ordinal));
        Assert.Equal(store == "sqlite", settings.Contains("chat.db", StringComparison.Ordinal));
        Assert.Equal(store == "postgres", settings.Contains("ConnectionStrings", StringComparison.Ordinal));
        Assert.Contains($"namespace {name}.Controllers;", place.Read($"{name}/Controllers/TodoController.cs"), StringComparison.Ordinal);

        // What serves only to try the sample in two ways stays with the sample.
        var files = Directory
            .EnumerateFiles(Path.Combine(place.Folder, name), "*", SearchOption.AllDirectories)
            .Where(file => !file.Contains("/obj/", StringComparison.Ordinal))
            .ToList();
        Assert.All(files, file => Assert.DoesNotContain("Sample:", File.ReadAllText(file), StringComparison.Ordinal));
        Assert.All(files, file => Assert.DoesNotContain("TodoWithCommentary", File.ReadAllText(file), StringComparison.Ordinal));
        Assert.DoesNotContain(files, file => file.EndsWith("template.json", StringComparison.Ordinal));
    }

    /// <summary>The page has the panel, a todo is put on the list, and the comment comes over the socket.</summary>
    private static async Task DriveAsync(Workplace place, string name)
    {
        await using var ollama = await FakeOllamaServer.StartAsync();
        ollama.Answer = _ => FakeAnswer.Text("Milk again.");
        await using var app =
            await RunningApp.StartAsync(Path.Combine(place.Folder, name), $"--Pipulate:Ollama:Endpoint={ollama.Endpoint}");
        var visitor = new CookieContainer();
        using var browser = new HttpClient(new SocketsHttpHandler { CookieContainer = visitor }) { BaseAddress = app.Address };
        var html = await browser.GetStringAsync("/", TestContext.Current.CancellationToken);
        Assert.Contains("id=\"chat-panel\"", html, StringComparison.Ordinal);
        foreach (Match address in Assets().Matches(html))
        {
            using var asset = await browser.GetAsync(address.Groups[1].Value, TestContext.Current.CancellationToken);
            Assert.True(asset.IsSuccessStatusCode, $"{address.Groups[1].Value}: {asset.StatusCode}");
        }

        await using var page = await ChatPage.OpenAsync(app.Address, visitor);
        using var form = new FormUrlEncodedContent(
            new Dictionary<string, string> { ["title"] = "Milk", ["__RequestVerificationToken"] = Token().Match(html).Groups[1].Value });
        using var added = await page.Http.PostAsync("/todo", form, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.OK, added.StatusCode);
        Assert.Equal("Milk again.", await page.WaitForAnswerAsync());
        Assert.Contains("\"Milk\"", ollama.Chats[^1].Messages[^1].Content, StringComparison.Ordinal);
    }

    [GeneratedRegex("""(?:src|href)="([^"]+\.(?:js|css|svg)[^"]*)""")]
    private static partial Regex Assets();

    [GeneratedRegex("""name="__RequestVerificationToken"[^>]*value="([^"]+)""")]
    private static partial Regex Token();
}
