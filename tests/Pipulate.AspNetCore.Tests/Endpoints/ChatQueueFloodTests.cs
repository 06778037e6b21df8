using System.Diagnostics;
using System.Net;
using static Pipulate.Tests.Endpoints.EventPage;

namespace Pipulate.Tests.Endpoints;

/// <summary>What a flood of events costs: the memory of the whole process is looked at.</summary>
[Collection(MeasuredAlone.Name)]
public sealed class ChatQueueFloodTests
{
    private const string Header = "RequestVerificationToken";

    [Fact]
    [Trait("Row", "S-49")]
    public async Task Post_TenThousandTimes_IsTakenAsOftenAsTheLimitSaysAndMemoryStaysFlat()
    {
        const int messages = 10_000;
        await using var host = await StartAsync(ollama: false);
        var page = await host.OpenAsync();
        var token = await page.TokenAsync();
        using var http = new HttpClient(new SocketsHttpHandler { CookieContainer = page.Visitor }) { BaseAddress = host.Address };
        http.DefaultRequestHeaders.Add(Header, token);
        await SendAsync(0);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var started = Stopwatch.GetTimestamp();
        var answers = new HttpStatusCode[messages];

        await Parallel.ForAsync(
            0,
            messages,
            new ParallelOptions { MaxDegreeOfParallelism = 16, CancellationToken = TestContext.Current.CancellationToken },
            async (i, _) => answers[i] = await SendAsync(i));

        var accepted = answers.Count(status => status == HttpStatusCode.NoContent);
        var allowed = 10 + (int)Math.Ceiling(Stopwatch.GetElapsedTime(started).TotalMinutes * 20) + 1;
        Assert.InRange(accepted, 1, allowed);
        Assert.Equal(messages - accepted, answers.Count(status => status == HttpStatusCode.TooManyRequests));
        Assert.Equal(accepted + 1, (await page.HeardAsync()).Count);
        host.Logs.Clear();
        var grown = GC.GetTotalMemory(forceFullCollection: true) - before;
        Assert.True(grown < 8_000_000, $"It grew by {grown:N0} bytes.");

        using var last = await page.PostAsync(Form(("event", "noted"), ("message", "x")), htmx: false, (Header, token));
        if (last.StatusCode == HttpStatusCode.TooManyRequests)
        {
            Assert.InRange(last.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 3);
            await AssertRefusalAsync(last, htmx: false);
        }

        async Task<HttpStatusCode> SendAsync(int i)
        {
            using var response = await http.PostAsync("/chatq", Form(("event", "noted"), ("message", $"{i}")), CancellationToken.None);
            return response.StatusCode;
        }
    }
}
