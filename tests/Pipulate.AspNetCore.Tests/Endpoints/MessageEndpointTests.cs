using System.Net;
using System.Text;
using System.Text.Json;

namespace Pipulate.Tests.Endpoints;

public sealed class MessageEndpointTests
{
    private const string Header = "RequestVerificationToken";

    [Fact]
    public async Task Post_OfTheSameMessageTwice_IsHeardOnceAndAcknowledgedTwice()
    {
        await using var host = await ChatHost.StartAsync(StreamPage.MapToken);
        await using var page = await StreamPage.OpenAsync(host.Address);
        var ids = new List<string?>();
        foreach (var text in new[] { "once", "once", "other" })
        {
            using var response = await page.TypeAsync(text, "id-1");
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            Assert.Equal("id-1", page.Read(dom => dom.AttributeOf("msg-id", "data-ack")));
            ids.Add(page.Read(dom => dom.AttributeOf("msg-id", "value")));
        }

        await page.WaitAsync(dom => dom.Entries.Any(entry => entry.Text == "other"));
        Assert.Equal(["once", "other"], page.Read(dom => dom.Entries.Where(entry => entry.Role == "user").Select(entry => entry.Text)));
        Assert.Equal(3, ids.Distinct().Count());
    }

    [Theory]
    [InlineData("msg=&mid=1")]
    [InlineData("msg=%20%0A&mid=1")]
    [InlineData("mid=1")]
    [InlineData("msg=a&msg=b")]
    public async Task Post_WithNothingTyped_Is204(string body)
    {
        await using var host = await ChatHost.StartAsync(StreamPage.MapToken, ollama: false);
        await using var page = await StreamPage.OpenAsync(host.Address);

        using var response = await PostAsync(page, body);

        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
        Assert.Empty(page.Read(dom => dom.Entries));
    }

    [Fact]
    public async Task Post_WithTooManyCharacters_IsAHintWithTheLimit()
    {
        await using var host = await ChatHost.StartAsync(StreamPage.MapToken, ollama: false);
        await using var page = await StreamPage.OpenAsync(host.Address);

        using var response = await page.TypeAsync(new string('x', 4_001));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Contains("at most 4000", page.Read(dom => dom.TextOf("chat-hint")), StringComparison.Ordinal);
        Assert.Equal("", page.Read(dom => dom.AttributeOf("msg-id", "value")));
        Assert.Empty(page.Read(dom => dom.Entries));
    }

    [Fact]
    public async Task Post_FasterThanTheLimit_Is429WithAHintAndNotHeard()
    {
        await using var host = await ChatHost.StartAsync(
            StreamPage.MapToken, options => (options.Limits.MessageBurst, options.Limits.MessagesPerMinute) = (2, 1), ollama: false);
        await using var page = await StreamPage.OpenAsync(host.Address);
        using var first = await page.TypeAsync("message 1");
        using var second = await page.TypeAsync("message 2");

        using var third = await page.TypeAsync("message 3");

        Assert.Equal(HttpStatusCode.TooManyRequests, third.StatusCode);
        Assert.InRange(third.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 50, 60);
        Assert.Equal("none", Assert.Single(third.Headers.GetValues("HX-Reswap")));
        Assert.Contains("You are writing faster than I can read", page.Read(dom => dom.TextOf("chat-hint")), StringComparison.Ordinal);
        await page.WaitAsync(dom => dom.Entries.Any(entry => entry.Text == "message 2"));
        Assert.DoesNotContain(page.Read(dom => dom.Entries), entry => entry.Text == "message 3");
        using var plain = await PostAsync(page, "msg=message 4", htmx: false);
        await AssertProblemAsync(plain, HttpStatusCode.TooManyRequests);
        Assert.NotNull(plain.Headers.RetryAfter);
    }

    [Theory]
    [InlineData("Origin", "https://evil.example")]
    [InlineData("Origin", "null")]
    [InlineData("Sec-Fetch-Site", "cross-site")]
    public async Task Post_FromAnotherOrigin_Is403(string name, string value) =>
        await AssertRefusedAsync(HttpStatusCode.Forbidden, "msg=x", headers: [(name, value)]);

    [Theory]
    [InlineData("")]
    [InlineData("nonsense")]
    [Trait("Row", "S-08")]
    public async Task Post_WithoutAValidToken_Is400(string token) =>
        await AssertRefusedAsync(HttpStatusCode.BadRequest, "msg=x", headers: [(Header, token)], hint: "too old to send from");

    [Fact]
    public async Task Post_OfTooManyBytes_Is413() =>
        await AssertRefusedAsync(HttpStatusCode.RequestEntityTooLarge, "msg=" + new string('x', 40_000), hint: "too long");

    [Fact]
    public async Task Post_OfTooManyBytesOfNoKnownLength_Is413() =>
        await AssertRefusedAsync(
            HttpStatusCode.RequestEntityTooLarge,
            "msg=" + new string('x', 40_000),
            headers: [("Transfer-Encoding", "chunked")],
            hint: "too long");

    [Fact]
    public async Task Post_OfJson_Is415() =>
        await AssertRefusedAsync(HttpStatusCode.UnsupportedMediaType, """{"msg":"x"}""", "application/json");

    [Fact]
    public async Task Post_OfAFormThatCannotBeRead_Is400() =>
        await AssertRefusedAsync(HttpStatusCode.BadRequest, "x", "multipart/form-data");

    [Fact]
    public async Task Post_OfSomebodyWithoutAConversation_Is404()
    {
        await using var host = await ChatHost.StartAsync(ollama: false);
        using var http = new HttpClient { BaseAddress = host.Address };
        using var content = new FormUrlEncodedContent([new("msg", "x")]);

        using var response = await http.PostAsync("/message", content, TestContext.Current.CancellationToken);

        await AssertProblemAsync(response, HttpStatusCode.NotFound);
    }

    private static async Task AssertRefusedAsync(
        HttpStatusCode expected,
        string body,
        string type = "application/x-www-form-urlencoded",
        (string Name, string Value)[]? headers = null,
        string? hint = null)
    {
        await using var host = await ChatHost.StartAsync(StreamPage.MapToken, ollama: false);
        await using var page = await StreamPage.OpenAsync(host.Address);

        using var plain = await PostAsync(page, body, type, htmx: false, headers);
        await AssertProblemAsync(plain, expected);
        using var htmx = await PostAsync(page, body, type, htmx: true, headers);
        Assert.Equal(expected, htmx.StatusCode);
        Assert.Equal("none", Assert.Single(htmx.Headers.GetValues("HX-Reswap")));
        var told = await htmx.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        if (hint is null)
        {
            Assert.Empty(told);
        }
        else
        {
            Assert.StartsWith("<div id=\"chat-hint\" hx-swap-oob=\"innerHTML\">", told, StringComparison.Ordinal);
            Assert.Contains(hint, told, StringComparison.Ordinal);
        }

        Assert.Empty(page.Read(dom => dom.Entries));
    }

    private static async Task AssertProblemAsync(HttpResponseMessage response, HttpStatusCode expected)
    {
        Assert.Equal(expected, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        var problem = JsonDocument.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).RootElement;
        Assert.Contains(' ', problem.GetProperty("detail").GetString()!);
    }

    private static async Task<HttpResponseMessage> PostAsync(
        StreamPage page,
        string body,
        string type = "application/x-www-form-urlencoded",
        bool htmx = true,
        params (string Name, string Value)[]? headers)
    {
        var token = await page.Http.GetStringAsync("/token", TestContext.Current.CancellationToken);
        using var http = new HttpClient(new SocketsHttpHandler { CookieContainer = page.Visitor }) { BaseAddress = page.Http.BaseAddress };
        using var request = new HttpRequestMessage(HttpMethod.Post, "/message") { Content = new StringContent(body, Encoding.UTF8) };
        request.Content.Headers.ContentType = new(type);
        request.Headers.TryAddWithoutValidation(Header, token);
        if (htmx)
        {
            request.Headers.Add("HX-Request", "true");
        }

        foreach (var (name, value) in headers ?? [])
        {
            request.Headers.Remove(name);
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return await http.SendAsync(request, TestContext.Current.CancellationToken);
    }
}
