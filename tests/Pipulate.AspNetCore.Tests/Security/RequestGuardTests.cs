using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Pipulate.Security;

namespace Pipulate.Tests.Security;

public sealed class RequestGuardTests
{
    private const string Expected = "Send a form.";

    private static readonly Visitor Anna = new(new ConversationId("a"), new ConversationId("a"), null);

    [Theory]
    [InlineData(null, null, null)]
    [InlineData("https://app.example", null, null)]
    [InlineData("https://evil.example", null, 403)]
    [InlineData(null, "cross-site", 403)]
    public async Task CheckOrigin_OfAPage_AllowsItsOwnHost(string? origin, string? site, int? status)
    {
        await using var host = await ChatHost.StartAsync(ollama: false);
        var context = new DefaultHttpContext { Request = { Host = new HostString("app.example") } };
        context.Request.Headers.Origin = origin;
        context.Request.Headers["Sec-Fetch-Site"] = site;

        Assert.Equal(status, Guard(host).CheckOrigin(context.Request, "do this")?.Status);
    }

    [Fact]
    public async Task CheckRate_PastTheLimit_RefusesWithAWait()
    {
        await using var host = await ChatHost.StartAsync(
            configure: options => (options.Limits.MessageBurst, options.Limits.MessagesPerMinute) = (1, 1), ollama: false);

        Assert.Null(Guard(host).CheckRate(new DefaultHttpContext(), Anna, "messages"));
        var refusal = Guard(host).CheckRate(new DefaultHttpContext(), Anna, "messages");

        Assert.Equal(429, refusal?.Status);
        Assert.True(refusal!.RetryAfter > TimeSpan.Zero);
    }

    [Fact]
    public async Task ReadForm_OfJson_IsUnsupported()
    {
        await using var host = await ChatHost.StartAsync(ollama: false);

        var (_, refusal) = await Guard(host).ReadFormAsync(Post(host, "{}", "application/json"), Expected);

        Assert.Equal((415, Expected), (refusal!.Status, refusal.Detail));
    }

    [Fact]
    public async Task ReadForm_ThatIsTooLarge_IsRefusedWithTheLimit()
    {
        await using var host = await ChatHost.StartAsync(ollama: false);
        var context = Post(host, "msg=" + new string('a', 1_000_000), "application/x-www-form-urlencoded");

        var (_, refusal) = await Guard(host).ReadFormAsync(context, Expected);

        Assert.Equal(413, refusal?.Status);
    }

    [Fact]
    public async Task ReadForm_WithoutAToken_IsRefused()
    {
        await using var host = await ChatHost.StartAsync(ollama: false);

        var (_, refusal) = await Guard(host).ReadFormAsync(Post(host, "msg=hello", "application/x-www-form-urlencoded"), Expected);

        Assert.Same(RequestGuard.InvalidToken, refusal);
    }

    private static RequestGuard Guard(ChatHost host) => host.Services.GetRequiredService<RequestGuard>();

    private static DefaultHttpContext Post(ChatHost host, string body, string contentType)
    {
        var context = new DefaultHttpContext { RequestServices = host.Services };
        context.Request.Method = HttpMethods.Post;
        context.Request.ContentType = contentType;
        context.Request.Body = new MemoryStream(Encoding.UTF8.GetBytes(body));
        context.Request.ContentLength = context.Request.Body.Length;
        return context;
    }
}
