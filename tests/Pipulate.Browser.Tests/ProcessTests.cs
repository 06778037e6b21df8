using System.Net;
using System.Text.RegularExpressions;
using Pipulate.Browser.Hosting;
using Pipulate.FakeOllama;

namespace Pipulate.Browser;

/// <summary>The sample as a stranger starts it: what its command line and its environment do. Needs no browser.</summary>
public sealed partial class ProcessTests : IDisposable
{
    private readonly string _database = Path.Combine(Path.GetTempPath(), $"pipulate-{Guid.NewGuid():N}", "todo.db");

    public void Dispose()
    {
        if (Path.GetDirectoryName(_database) is { } folder && Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task Start_OnABareMachine_ServesThePageItsAssetsAndMakesTheDatabase()
    {
        await using var sample = await SampleProcess.StartAsync([$"--Pipulate:Ollama:Endpoint=http://127.0.0.1:{SampleProcess.FreePort()}", $"--Todo:Database={_database}"]);
        using var http = new HttpClient { BaseAddress = sample.Address };

        var html = await http.GetStringAsync("/", TestContext.Current.CancellationToken);

        Assert.Contains("id=\"chat-panel\"", html, StringComparison.Ordinal);
        Assert.True(File.Exists(_database));
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
            ["--Pipulate:Ollama:Model=qwen3:8b", $"--Todo:Database={_database}"],
            environment: new() { ["OLLAMA_HOST"] = $"127.0.0.1:{ollama.Endpoint.Port}" });
        using var http = new HttpClient(new SocketsHttpHandler { CookieContainer = new CookieContainer() }) { BaseAddress = sample.Address };
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
        await using var sample = await SampleProcess.StartAsync([$"--Todo:Database={_database}", $"--Pipulate:Ollama:Endpoint=http://127.0.0.1:{SampleProcess.FreePort()}"]);
        using var http = new HttpClient { BaseAddress = sample.Address };

        using var form = new FormUrlEncodedContent([new("title", "Milk")]);
        Assert.Equal(HttpStatusCode.BadRequest, (await http.PostAsync("/todo", form, TestContext.Current.CancellationToken)).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await http.PostAsync("/todo/1/toggle", null, TestContext.Current.CancellationToken)).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await http.DeleteAsync("/todo/1", TestContext.Current.CancellationToken)).StatusCode);
    }

    [Fact]
    public async Task Start_WithAWrongSetting_EndsAndNamesTheKey()
    {
        var (output, code) = await SampleProcess.RunToEndAsync("--Pipulate:Limits:MessageBytes=5", $"--Todo:Database={_database}");

        Assert.NotEqual(0, code);
        Assert.Contains("Pipulate:Limits:MessageBytes must be a number from 1024 to 1048576, but it is \"5\".", output, StringComparison.Ordinal);
    }

    [GeneratedRegex("""(?:src|href)="(/[^"]+\.(?:js|css|svg)[^"]*)""")]
    private static partial Regex Assets();

    [GeneratedRegex("""name="__RequestVerificationToken" type="hidden" value="([^"]+)""")]
    private static partial Regex Token();
}
