using System.Net;
using Pipulate.FakeOllama;

namespace Pipulate.Tests.Endpoints;

public sealed class EntryEndpointTests
{
    [Theory]
    [InlineData("1. one\n   - two\n\n| a | b |\n|---|---|\n| `x` | **y** |\n")]
    [InlineData("<b>&amp; \u05E9\u05DC\u05D5\u05DD \U0001F600")]
    public async Task Get_AnAnswer_IsItsTextAsItWasSaid(string text)
    {
        await using var host = await ChatHost.StartAsync(StreamPage.MapToken);
        host.Ollama.Answer = _ => FakeAnswer.Text(text);
        await using var page = await StreamPage.OpenAsync(host.Address);
        (await page.TypeAsync("hello", "id-1")).Dispose();
        await page.WaitForAnswerAsync();

        using var response = await page.Http.GetAsync(
            new Uri("/entries/" + page.Read(dom => dom.AgainOf(dom.Entries[^1].Id))!.Split(' ')[1], UriKind.Relative),
            TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("text/plain", response.Content.Headers.ContentType?.MediaType);
        Assert.Contains("no-store", response.Headers.CacheControl?.ToString(), StringComparison.Ordinal);
        Assert.Equal(text, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    [Trait("Row", "S-57")]
    public async Task Get_AnAnswerOfAnotherVisitor_Is404()
    {
        await using var host = await ChatHost.StartAsync(StreamPage.MapToken);
        host.Ollama.Answer = _ => FakeAnswer.Text("a secret");
        await using var page = await StreamPage.OpenAsync(host.Address);
        (await page.TypeAsync("hello", "id-1")).Dispose();
        await page.WaitForAnswerAsync();
        await using var other = await StreamPage.OpenAsync(host.Address);

        var entry = page.Read(dom => dom.AgainOf(dom.Entries[^1].Id))!.Split(' ')[1];
        using var response =
            await other.Http.GetAsync(new Uri("/entries/" + entry, UriKind.Relative), TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.DoesNotContain(
            "secret", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("x")]
    [InlineData("00000000000000000000000000000000")]
    public async Task Get_WhatIsNotThere_Is404(string entry)
    {
        await using var host = await ChatHost.StartAsync(StreamPage.MapToken, ollama: false);
        await using var page = await StreamPage.OpenAsync(host.Address);

        using var response =
            await page.Http.GetAsync(new Uri("/entries/" + entry, UriKind.Relative), TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
    }
}
