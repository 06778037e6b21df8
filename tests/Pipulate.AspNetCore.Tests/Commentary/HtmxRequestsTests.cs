using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Pipulate.FakeOllama;

namespace Pipulate.Tests.Commentary;

public sealed class HtmxRequestsTests
{
    [Fact]
    public async Task Request_OfHtmxToAnUnmarkedEndpoint_IsToldWithItsFieldsButForSecrets()
    {
        await using var host = await StartAsync();
        var page = await host.OpenAsync();

        using var form = new FormUrlEncodedContent(
            [new("title", "Milk \"fresh\""), new("password", "hunter2"), new("__RequestVerificationToken", "abc")]);
        (await page.Http.PostAsync("/save", form, TestContext.Current.CancellationToken)).EnsureSuccessStatusCode();

        var chat = await host.Ollama.WaitForChatAsync(1, TestContext.Current.CancellationToken);
        Assert.StartsWith(
            "[event] The page sent POST to \"/save\" with \"title\" = \"Milk \\\"fresh\\\"\". ",
            chat.Messages[^1].Content,
            StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", chat.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("abc", chat.Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/fails", true)]
    [InlineData("/disabled", true)]
    [InlineData("/marked-for-failure", true)]
    [InlineData("/context", true)]
    [InlineData("/save", false)]
    public async Task Request_ThatFailsIsDisabledSpeaksForItselfOrIsNotHtmx_IsNotTold(string address, bool htmx)
    {
        await using var host = await StartAsync();
        var page = await host.OpenAsync();
        if (!htmx)
        {
            page.Http.DefaultRequestHeaders.Remove("HX-Request");
        }

        using var form = new FormUrlEncodedContent([new("title", "Milk")]);
        await (address == "/context"
            ? page.Http.GetAsync(address, TestContext.Current.CancellationToken)
            : page.Http.PostAsync(address, form, TestContext.Current.CancellationToken));
        await page.TypeAsync("Anything?");
        await page.WaitForAnswerAsync();

        Assert.Equal(["system", "user"], Assert.Single(host.Ollama.Chats).Messages.Select(message => message.Role));
    }

    private static Task<ChatHost> StartAsync() => ChatHost.StartAsync(
        app =>
        {
            app.MapPost("/save", ([FromForm] string title) => "").DisableAntiforgery();
            app.MapPost("/fails", () => Results.NotFound());
            app.MapPost("/disabled", () => "").DisableChatCommentary();
            app.MapPost("/marked-for-failure", [ChatCommentary("It failed.", On = CommentaryOutcome.Failure)] () => "");
        },
        options => options.CommentOn = CommentOn.HtmxRequests);
}
