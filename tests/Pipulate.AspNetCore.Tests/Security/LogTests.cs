using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Logging;
using Pipulate.FakeOllama;
using Pipulate.Tests.Endpoints;

namespace Pipulate.Tests.Security;

/// <summary>What users and models write stands in no log, and can forge no line of one.</summary>
public sealed class LogTests
{
    private const string Secret = "correct-horse-battery";
    private const string Hostile = $"{Secret}\r\nfail: Forged[0]\r\n      \u001b[31mall is lost\u001b[0m";

    [Fact]
    [Trait("Row", "S-47")]
    public async Task Logs_OfAWholeStory_HoldNoWordOfIt()
    {
        await using var host = await ChatHost.StartAsync(
            app =>
            {
                StreamPage.MapToken(app);
                app.MapPost(
                    "/todo", [ChatCommentary("They added {title} and {nothing}.")] ([FromForm] string title) => "").DisableAntiforgery();
            },
            options =>
            {
                options.Events.Add("told", "They told of {message}.");
                options.Limits.Idle = TimeSpan.FromMilliseconds(500);
            });
        var answers = new Queue<FakeAnswer>([
            FakeAnswer.Text(Hostile),
            FakeAnswer.Text(Hostile) with { Fault = FakeFault.GarbageLine, FaultAfterTokens = 2 },
            FakeAnswer.Text(Hostile) with { Fault = FakeFault.Reset, FaultAfterTokens = 2 },
            FakeAnswer.Text(Hostile) with { Fault = FakeFault.Stall, FaultAfterTokens = 2 },
        ]);
        host.Ollama.Answer = _ => answers.TryDequeue(out var answer) ? answer : FakeAnswer.Text(Secret);
        var page = await host.OpenAsync();

        await page.TypeAsync(Hostile);
        await page.WaitAsync(dom => dom.Entries.Any(entry => entry is { Role: "assistant", State: "complete" }));
        for (var i = 1; i <= 3; i++)
        {
            await page.Http.PostAsync(
                "/todo", EventPage.Form(("title", Hostile), ("x\r\n" + Secret, "y")), TestContext.Current.CancellationToken);
            await page.WaitForAnswerAsync(i, "failed");
        }

        await page.PostAsync(
            EventPage.Form(("event", Hostile), ("message", Hostile)), htmx: true, ("RequestVerificationToken", await page.TokenAsync()));
        await page.PostAsync(
            EventPage.Form(("event", "told"), ("message", Hostile)),
            htmx: true,
            ("RequestVerificationToken", await page.TokenAsync()),
            ("Origin", "https://evil.example/" + Secret));
        await page.PostAsync(
            new StringContent("{\"event\":" + Secret, Encoding.UTF8, "application/json"), htmx: true, ("RequestVerificationToken", Secret));
        await page.PostAsync(
            EventPage.Form(("event", "told"), ("message", Hostile)), htmx: true, ("RequestVerificationToken", await page.TokenAsync()));
        await page.WaitForAnswerAsync(2);
        await page.SendAsync($$"""{"msg":"{{Secret}}",""");
        Assert.Equal(1007, await page.Closed.WaitAsync(TestTime.Timeout, TestContext.Current.CancellationToken));
        await host.OpenAsync(new CookieContainer());
        await host.StopAsync();

        // Below Debug an application may have asked for it. Of others' logs only what everybody has switched on counts.
        var lines = host.Logs.Lines.Where(line => line.Level >= (line.Category.StartsWith("Pipulate", StringComparison.Ordinal)
            ? LogLevel.Debug
            : LogLevel.Information)).ToList();
        Assert.True(lines.Count(line => line.Category.StartsWith("Pipulate", StringComparison.Ordinal)) > 15, "A story leaves its traces.");
        Assert.All(lines, line =>
        {
            Assert.DoesNotContain(Secret, line.Text, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain("Forged", line.Text, StringComparison.Ordinal);
            Assert.DoesNotContain('\u001b', line.Text);
        });
    }
}
