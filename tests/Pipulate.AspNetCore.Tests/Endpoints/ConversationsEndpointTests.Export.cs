using System.Text.Json;

namespace Pipulate.Tests.Endpoints;

public sealed partial class ConversationsEndpointTests
{
    [Fact]
    public async Task Export_BothWays_HasWhatWasSaid()
    {
        await using var host = await ConversationsPage.StartAsync();
        using var http = await host.VisitAsync(out var visitor);
        (await http.PostAsync("/like?what=Tea", null, Cancellation)).EnsureSuccessStatusCode();
        await SayAsync(host, visitor, "first", "What is \"this\"?\n<b>And</b> é 🙂");

        using var json = await http.GetAsync("/conversations/first.json", Cancellation);
        using var markdown = await http.GetAsync("/conversations/first.md", Cancellation);

        Assert.Equal(Json, json.Content.Headers.ContentType!.MediaType);
        using var document = JsonDocument.Parse(await json.Content.ReadAsStreamAsync(Cancellation));
        Assert.Equal("What is \"this\"? <b>And</b> é 🙂", document.RootElement.GetProperty("title").GetString());
        Assert.Equal(
            ["event: They like \"Tea\".", "user: What is \"this\"?\n<b>And</b> é 🙂", "assistant: I see."],
            document.RootElement
                .GetProperty("entries")
                .EnumerateArray()
                .Select(entry => $"{entry.GetProperty("role").GetString()}: {entry.GetProperty("text").GetString()}"));
        Assert.Equal("text/markdown", markdown.Content.Headers.ContentType!.MediaType);
        var text = await markdown.Content.ReadAsStringAsync(Cancellation);
        Assert.StartsWith("# What is \"this\"? <b>And</b> é 🙂\n\n**You**, ", text, StringComparison.Ordinal);
        Assert.Contains("UTC\n\nWhat is \"this\"?\n<b>And</b> é 🙂\n\n**Assistant**, ", text, StringComparison.Ordinal);
        Assert.DoesNotContain("They like", text, StringComparison.Ordinal);
        Assert.All([json, markdown], response =>
        {
            Assert.Equal("attachment", response.Content.Headers.ContentDisposition!.DispositionType);
            Assert.Equal("nosniff", Assert.Single(response.Headers.GetValues("X-Content-Type-Options")));
            Assert.Equal("no-store, no-cache, private", response.Headers.CacheControl!.ToString());
        });
    }
}
