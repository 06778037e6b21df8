using System.Diagnostics;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Pipulate.Tests.Connections;

/// <summary>
/// Frames that no browser sends. Whoever sends them is gone, with the code that says why where the protocol still lets us; everybody else
/// notices nothing.
/// </summary>
[Collection(MeasuredAlone.Name)]
public sealed class FrameTests : IAsyncDisposable
{
    private const string NoModelHere = "Pipulate.Generation.ReplyGenerator";
    private const byte Continuation = 0x00;
    private const byte Text = 0x01;
    private const byte Final = 0x80;
    private const byte Masked = 0x80;

    private ManualTime? _time;
    private ChatHost _host = null!;

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    [Trait("Row", "S-13")]
    public async Task Message_InTenThousandEmptyPieces_ClosesWith1008AfterTheFirstFew()
    {
        await StartAsync();
        using var page = await ConnectAsync();
        var bytes = new List<byte>(Frame(Text, ""));
        for (var i = 0; i < 10_000; i++)
        {
            bytes.AddRange(Frame(Continuation, ""));
        }

        var spent = Environment.CpuUsage.TotalTime;
        await page.SendBytesAsync(bytes.ToArray(), TestContext.Current.CancellationToken);

        Assert.Equal(1008, await ClosedAsync(page));
        Assert.True(Environment.CpuUsage.TotalTime - spent < TimeSpan.FromSeconds(2));
        await AssertOthersLiveAsync();
    }

    [Fact]
    [Trait("Row", "S-13")]
    public async Task Message_ThatComesForMoreThanFiveSeconds_ClosesWith1008()
    {
        await StartAsync(new ManualTime());
        using var page = await ConnectAsync();

        await page.SendBytesAsync(Frame(Text, """{"msg":"""), TestContext.Current.CancellationToken);
        await _time!.WaitForTimerAsync(TimeSpan.FromSeconds(5));
        _time!.Advance(TimeSpan.FromSeconds(4));
        await page.SendBytesAsync(Frame(Continuation, "\"slow"), TestContext.Current.CancellationToken);
        _time!.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(1008, await ClosedAsync(page));
        await AssertOthersLiveAsync();
    }

    [Fact]
    [Trait("Row", "S-13")]
    public async Task Message_InSixtyPieces_IsRead()
    {
        await StartAsync();
        using var page = await ConnectAsync();

        await page.SendBytesAsync(Frame(Text, """{"msg":" """), TestContext.Current.CancellationToken);
        for (var i = 0; i < 60; i++)
        {
            await page.SendBytesAsync(Frame(Continuation, "x"), TestContext.Current.CancellationToken);
        }

        await page.SendBytesAsync(Frame(Final | Continuation, "\"}"), TestContext.Current.CancellationToken);

        await ReadUntilAsync(page, new string('x', 60));
    }

    /// <summary>
    /// The length is only a promise, and memory is taken for what comes. What does not come ends like any other message that takes too
    /// long.
    /// </summary>
    [Theory]
    [InlineData("a gigabyte", new byte[] { 0, 0, 0, 0, 0x40, 0, 0, 0 })]
    [InlineData("four exabytes", new byte[] { 0x40, 0, 0, 0, 0, 0, 0, 0 })]
    [Trait("Row", "S-12")]
    public async Task Message_ThatPromisesMuchAndSendsNothing_TakesNoMemoryAndIsGone(string what, byte[] length)
    {
        await StartAsync(new ManualTime());
        using var page = await ConnectAsync();
        var before = GC.GetTotalMemory(forceFullCollection: true);

        await page.SendBytesAsync(
            (byte[])[Final | Text, Masked | 127, .. length, 0, 0, 0, 0, (byte)'{'], TestContext.Current.CancellationToken);
        await _time!.WaitForTimerAsync(TimeSpan.FromSeconds(5));

        // The smallest of the promises is a hundred times that; what else the process does is far less.
        var grown = GC.GetTotalMemory(forceFullCollection: true) - before;
        Assert.True(grown < 10_000_000, $"For {what} it took {grown:N0} bytes.");
        _time!.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(1008, await ClosedAsync(page));
        await AssertOthersLiveAsync();
    }

    public static TheoryData<string, byte[]> Garbage => new()
    {
        { "an opcode that means nothing", Frame(Final | 0x03, "x") },
        { "a reserved bit", Frame(Final | 0x40 | Text, "{}") },
        { "a continuation of nothing", Frame(Final | Continuation, "{}") },
        { "a ping of 126 bytes", [Final | 0x09, Masked | 126, 0, 126, 0, 0, 0, 0, .. new byte[126]] },
        { "a ping in pieces", Frame(0x09, "x") },
        { "a close of one byte", Frame(Final | 0x08, "x") },
        { "no mask", [Final | Text, 8, .. "no mask!"u8] },
        { "a length with its first bit set", [Final | Text, Masked | 127, 0xFF, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0] },
    };

    [Theory, MemberData(nameof(Garbage))]
    [Trait("Row", "S-16")]
    public async Task Frame_ThatTheProtocolDoesNotKnow_EndsTheConnectionAndNothingElse(string what, byte[] bytes)
    {
        await StartAsync();
        using var page = await ConnectAsync();

        await page.SendBytesAsync(bytes, TestContext.Current.CancellationToken);

        Assert.True(await ClosedAsync(page) is 1002 or 1006, what);
        await AssertOthersLiveAsync();
    }

    [Theory]
    [InlineData("an overlong form", new byte[] { 0xC0, 0x80 })]
    [InlineData("half a character", new byte[] { 0xC3, 0x28 })]
    [InlineData("a surrogate", new byte[] { 0xED, 0xA0, 0x80 })]
    [InlineData("the first byte only", new byte[] { 0xE2, 0x82 })]
    [Trait("Row", "S-15")]
    public async Task Message_ThatIsNoUtf8_EndsTheConnectionUnheard(string what, byte[] wrong)
    {
        await StartAsync();
        using var page = await ConnectAsync();

        await page.SendBytesAsync(Frame(Final | Text, [.. "{\"msg\":\""u8, .. wrong, .. "\"}"u8]), TestContext.Current.CancellationToken);

        Assert.True(await ClosedAsync(page) is 1002 or 1006 or 1007, what);
        await AssertOthersLiveAsync();
    }

    [Fact]
    [Trait("Row", "S-21")]
    public async Task Flood_OfAThousandMessages_TakesTheBurstHintsOnceASecondAndClosesWith1008()
    {
        await StartAsync();
        using var page = await ConnectAsync();
        var flood = new List<byte>();
        for (var i = 0; i < 1_000; i++)
        {
            flood.AddRange(Frame(Final | Text, $$"""{"msg":"m{{i}}","mid":"{{i}}"}"""));
        }

        var (acknowledged, hints) = (0, 0);
        await page.SendBytesAsync(flood.ToArray(), TestContext.Current.CancellationToken);
        while (await NextAsync(page) is { } message)
        {
            acknowledged += message.Contains("data-ack", StringComparison.Ordinal) ? 1 : 0;
            hints += message.Contains("faster than", StringComparison.Ordinal) ? 1 : 0;
        }

        Assert.Equal(1008, page.Closed);
        Assert.Equal(10, acknowledged);
        Assert.InRange(hints, 1, 2);
        await AssertOthersLiveAsync();
    }

    [Fact]
    [Trait("Row", "S-21")]
    public async Task Flood_OfMessagesWithNothingInThem_ClosesWith1008AndOneNowAndThenDoesNot()
    {
        await StartAsync(new ManualTime());
        using var patient = await ConnectAsync();
        for (var i = 0; i < 150; i++)
        {
            await patient.SendBytesAsync(Frame(Final | Text, """{"msg":" "}"""), TestContext.Current.CancellationToken);
            await patient.TypeAsync("a", "same", TestContext.Current.CancellationToken);
            await ReadUntilAsync(patient, "data-ack");
            _time!.Advance(TimeSpan.FromSeconds(4));
        }

        using var flooding = await ConnectAsync();
        for (var i = 0; i < 101; i++)
        {
            await flooding.SendBytesAsync(Frame(Final | Text, """{"msg":" "}"""), TestContext.Current.CancellationToken);
        }

        Assert.Equal(1008, await ClosedAsync(flooding));
        Assert.Equal(0, patient.Closed);
        await AssertOthersLiveAsync();
    }

    private async Task StartAsync(ManualTime? time = null)
    {
        _time = time;
        _host = await ChatHost.StartAsync(
            configure: options => options.Limits.MessagesPerMinute = time is null ? options.Limits.MessagesPerMinute : 1_000_000,
            services: services =>
            {
                if (time is not null)
                {
                    services.AddSingleton<TimeProvider>(time);
                }
            },
            ollama: false);
    }

    private static byte[] Frame(byte first, string payload) => Frame(first, Encoding.UTF8.GetBytes(payload));

    /// <summary>Masked by zeros.</summary>
    private static byte[] Frame(byte first, byte[] payload) => [first, (byte)(Masked | payload.Length), 0, 0, 0, 0, .. payload];

    private async Task<int> ClosedAsync(RawPage page)
    {
        while (await NextAsync(page) is not null)
        {
        }

        return page.Closed;
    }

    /// <summary>
    /// The next message. A clock that stands still goes on while it is waited for, or what is gathered would never be sent.
    /// </summary>
    private async Task<string?> NextAsync(RawPage page)
    {
        var reading = page.ReadAsync(TestContext.Current.CancellationToken).AsTask();
        await Eventually.TrueAsync(() =>
        {
            _time?.Advance(TimeSpan.FromMilliseconds(10));
            return reading.IsCompleted;
        });
        return await reading is { } message ? Encoding.UTF8.GetString(message.Span) : null;
    }

    private async Task ReadUntilAsync(RawPage page, string wanted)
    {
        while (!(await NextAsync(page) ?? throw new InvalidOperationException($"The page was closed with {page.Closed}.")).Contains(
            wanted, StringComparison.Ordinal))
        {
        }
    }

    private Task<RawPage> ConnectAsync() => RawPage.ConnectAsync(_host.Address, cancellationToken: TestContext.Current.CancellationToken);

    /// <summary>
    /// Another page is answered, whoever misbehaved is registered no more, and nothing was logged as an error or an exception that nobody
    /// caught.
    /// </summary>
    private async Task AssertOthersLiveAsync()
    {
        var began = Stopwatch.GetTimestamp();
        using var canary = await ConnectAsync();
        await canary.TypeAsync("are you there?", "id-1", TestContext.Current.CancellationToken);
        await ReadUntilAsync(canary, "data-ack=\"id-1\"");
        Assert.True(Stopwatch.GetElapsedTime(began) < TimeSpan.FromSeconds(1), "The canary waited.");
        await Eventually.TrueAsync(() => _host.Services.Registry().Count <= 2);
        Assert.DoesNotContain(_host.Logs.Lines, line => line.Level >= LogLevel.Error && line.Category != NoModelHere);
    }
}
