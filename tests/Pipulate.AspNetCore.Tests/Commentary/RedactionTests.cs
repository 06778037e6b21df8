using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Pipulate.FakeOllama;

namespace Pipulate.Tests.Commentary;

public sealed class RedactionTests
{
    private const string Hidden = "hunter2";

    [Theory]
    [InlineData("/named?newPassword=hunter2", "\"ann\" uses (redacted)")]
    [InlineData("/configured?iban=hunter2", "pays from (redacted)")]
    [InlineData("/parameter?pin=hunter2", "typed (redacted)")]
    [InlineData("/property", "\"ann\" has (redacted)")]
    [InlineData("/record", "\"ann\" has (redacted)")]
    [InlineData("/whole", "logs in as (redacted)")]
    [InlineData("/nested", "(redacted)")]
    public async Task Value_ThatIsToBeKept_IsNeitherToldNorShownNorLogged(string address, string expected)
    {
        await using var host = await ChatHost.StartAsync(
            app =>
            {
                app.MapPost("/named", (string newPassword) => "").WithChatCommentary("\"ann\" uses {newPassword}");
                app.MapPost("/configured", (string iban) => "").WithChatCommentary("pays from {iban}");
                app.MapPost("/parameter", ([ChatRedact] string pin) => "").WithChatCommentary("typed {pin}");
                app.MapPost("/property", (HttpContext context) => context.SetCommentary("login", new Login())).WithChatCommentary(
                    "{login.User} has {login.Code}");
                app.MapPost("/record", (HttpContext context) =>
                    context.SetCommentary("login", new Credentials("ann", Hidden))).WithChatCommentary("{login.User} has {login.Code}");
                app.MapPost("/whole", (HttpContext context) =>
                    context.SetCommentary("login", new Credentials("ann", Hidden))).WithChatCommentary("logs in as {login}");
                app.MapPost("/nested", (HttpContext context) =>
                    context.SetCommentary("login", new Credentials("ann", Hidden))).WithChatCommentary("{login.Code.Length}");
            },
            settings: new() { ["Pipulate:RedactFields:0"] = "iban" });
        var page = await host.OpenAsync();

        (await page.Http.PostAsync(address, null, TestContext.Current.CancellationToken)).EnsureSuccessStatusCode();

        var chat = await host.Ollama.WaitForChatAsync(1, TestContext.Current.CancellationToken);
        Assert.Equal($"[event] {expected}", chat.Messages[^1].Content);
        var view = await page.Http.GetStringAsync("/context", TestContext.Current.CancellationToken);
        Assert.DoesNotContain(Hidden, view, StringComparison.Ordinal);
        Assert.DoesNotContain(
            host.Logs.Lines,
            line => line.Category.StartsWith("Pipulate", StringComparison.Ordinal) && line.Text.Contains(Hidden, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Value_InASayText_IsKeptAsWell()
    {
        await using var host = await ChatHost.StartAsync(app =>
            app.MapPost(
                "/say", [ChatCommentary("Saved {title} with {password}.", Lane = ChatLane.Say)] (string title, string password) => ""));
        var page = await host.OpenAsync();

        (await page.Http.PostAsync(
            "/say?title=Milk&password=hunter2", null, TestContext.Current.CancellationToken)).EnsureSuccessStatusCode();

        Assert.Equal("Saved Milk with (redacted).", await page.WaitForAnswerAsync());
    }

    private sealed class Login
    {
        public string User { get; } = "ann";

        [ChatRedact]
        public string Code { get; } = Hidden;
    }

    private sealed record Credentials(string User, [ChatRedact] string Code);
}
