using System.Net;
using System.Text.RegularExpressions;
using Pipulate.Browser.Hosting;
using Pipulate.FakeOllama;

namespace Pipulate.Browser;

/// <summary>The sample as a stranger starts it: what its command line and its environment do. Needs no browser.</summary>
public sealed partial class ProcessTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("pipulate-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Start_WithoutOllama_ServesThePageItsAssetsAndMakesTheDatabaseWhereItIsTold()
    {
        var usual = new FileInfo(Path.Combine(SampleProcess.Folder, "data", "todo.db"));
        var before = (usual.Exists, usual.Exists ? usual.LastWriteTimeUtc : default);
        var port = SampleProcess.FreePort();
        await using var sample = await StartAsync(port, NobodysEndpoint());
        Assert.Equal(new Uri($"http://127.0.0.1:{port}"), sample.Address);
        using var http = new HttpClient { BaseAddress = sample.Address };

        var html = await http.GetStringAsync("/", TestContext.Current.CancellationToken);

        Assert.Contains("id=\"chat-panel\"", html, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(_folder.FullName, "todo.db")));
        usual.Refresh();
        Assert.Equal(before, (usual.Exists, usual.Exists ? usual.LastWriteTimeUtc : default));
        Assert.NotEmpty(Assets().Matches(html));
        foreach (Match asset in Assets().Matches(html))
        {
            using var response = await http.GetAsync(asset.Groups[1].Value, TestContext.Current.CancellationToken);
            Assert.True(response.IsSuccessStatusCode, $"{asset.Groups[1].Value}: {response.StatusCode}");
        }
    }

    [Fact]
    public async Task OllamaHost_InTheEnvironment_IsAskedAndAModelOnTheCommandLineIsUsed()
    {
        await using var ollama = await FakeOllamaServer.StartAsync();
        ollama.Models = [new FakeModel("llama3.2:latest"), new FakeModel("qwen3:8b")];
        await using var sample = await SampleProcess.StartAsync(
            _folder.FullName,
            ["--Pipulate:Ollama:Model=qwen3:8b"],
            environment: new() { ["OLLAMA_HOST"] = $"127.0.0.1:{ollama.Endpoint.Port}" });
        using var http =
            new HttpClient(new SocketsHttpHandler { CookieContainer = new CookieContainer() }) { BaseAddress = sample.Address };
        var token = Token().Match(await http.GetStringAsync("/", TestContext.Current.CancellationToken)).Groups[1].Value;

        using var form = new FormUrlEncodedContent([new("title", "Milk"), new("__RequestVerificationToken", token)]);
        using var response = await http.PostAsync("/todo", form, TestContext.Current.CancellationToken);

        var chat = await ollama.WaitForChatAsync(1, TestContext.Current.CancellationToken);
        Assert.Equal("qwen3:8b", chat.Model);
        Assert.Contains("\"Milk\"", chat.Messages[^1].Content, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Request_WithoutTheAntiforgeryToken_IsRefused()
    {
        await using var sample = await StartAsync(0, NobodysEndpoint());
        using var http = new HttpClient { BaseAddress = sample.Address };

        using var form = new FormUrlEncodedContent([new("title", "Milk")]);
        Assert.Equal(HttpStatusCode.BadRequest, (await http.PostAsync("/todo", form, TestContext.Current.CancellationToken)).StatusCode);
        Assert.Equal(
            HttpStatusCode.BadRequest, (await http.PostAsync("/todo/1/toggle", null, TestContext.Current.CancellationToken)).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await http.DeleteAsync("/todo/1", TestContext.Current.CancellationToken)).StatusCode);
    }

    [Fact]
    public async Task Start_WithAWrongSetting_EndsAndNamesTheKey()
    {
        var (output, code) = await SampleProcess.RunToEndAsync(_folder.FullName, "--Pipulate:Limits:MessageBytes=5");

        Assert.NotEqual(0, code);
        Assert.Contains(
            "Pipulate:Limits:MessageBytes must be a number from 1024 to 1048576, but it is \"5\".", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Todos_AreThereAgainAfterARestart()
    {
        await using (var first = await StartAsync(0, NobodysEndpoint()))
        {
            using var http = new HttpClient { BaseAddress = first.Address };
            var token = Token().Match(await http.GetStringAsync("/", TestContext.Current.CancellationToken)).Groups[1].Value;
            using var form = new FormUrlEncodedContent([new("title", "Buy <milk> & 🥚"), new("__RequestVerificationToken", token)]);
            (await http.PostAsync("/todo", form, TestContext.Current.CancellationToken)).EnsureSuccessStatusCode();
            first.Terminate();
            await first.EndAsync();
        }

        await using var second = await StartAsync(0, NobodysEndpoint());
        using var again = new HttpClient { BaseAddress = second.Address };
        var html = WebUtility.HtmlDecode(await again.GetStringAsync("/", TestContext.Current.CancellationToken));
        Assert.Contains("Buy <milk> & 🥚", html, StringComparison.Ordinal);
    }

    private static string NobodysEndpoint() => $"--Pipulate:Ollama:Endpoint=http://127.0.0.1:{SampleProcess.FreePort()}";

    private Task<SampleProcess> StartAsync(int port, params string[] arguments) =>
        SampleProcess.StartAsync(_folder.FullName, arguments, port);

    [GeneratedRegex("""(?:src|href)="(/[^"]+\.(?:js|css|svg)[^"]*)""")]
    private static partial Regex Assets();

    [GeneratedRegex("""name="__RequestVerificationToken" type="hidden" value="([^"]+)""")]
    private static partial Regex Token();
}
