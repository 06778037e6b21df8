using System.Net;

namespace Pipulate.Tests.Connections;

/// <summary>One limit, in one unit, whichever way a message comes up and in whichever script it is written.</summary>
public sealed class MessageLimitTests
{
    private const int Most = 4_000;

    public static TheoryData<string> Scripts { get; } =
        [
            "x", "\u4F60", "\u05E9", "\u0627", "\u0E01\u0E34", "\U0001F600", "e\u0301", "%", "&", "\"", "\\", "<", "a\n", "\u200Bx",
            "\u0001x"
        ];

    [Theory, MemberData(nameof(Scripts))]
    public async Task Post_OfAsManyCharactersAsMayBe_IsTaken(string unit)
    {
        await using var host = await ChatHost.StartAsync(StreamPage.MapToken, ollama: false);
        await using var page = await StreamPage.OpenAsync(host.Address);

        using var response = await page.TypeAsync(Repeat(unit, Most), "id-1");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("id-1", page.Read(dom => dom.AttributeOf("msg-id", "data-ack")));
    }

    [Theory, MemberData(nameof(Scripts))]
    public async Task Socket_OfAsManyCharactersAsMayBe_IsTaken(string unit)
    {
        await using var host = await ChatHost.StartAsync(ollama: false);
        var page = await host.OpenAsync();

        await page.TypeAsync(Repeat(unit, Most));

        await page.WaitAsync(dom => dom.Entries.Any(entry => entry.Role == "user"));
    }

    [Theory, MemberData(nameof(Scripts))]
    public async Task Post_OfOneMore_IsToldTheLimit(string unit)
    {
        await using var host = await ChatHost.StartAsync(StreamPage.MapToken, ollama: false);
        await using var page = await StreamPage.OpenAsync(host.Address);

        using var response = await page.TypeAsync(Repeat(unit, Most) + "y");

        Assert.Equal("Your message has 4001 characters; at most 4000 can be sent.", page.Read(dom => dom.TextOf("chat-hint")));
    }

    [Theory, MemberData(nameof(Scripts))]
    public async Task Socket_OfOneMore_IsToldTheLimit(string unit)
    {
        await using var host = await ChatHost.StartAsync(ollama: false);
        var page = await host.OpenAsync();

        await page.TypeAsync(Repeat(unit, Most) + "y");

        await page.WaitAsync(dom => dom.TextOf("chat-hint") == "Your message has 4001 characters; at most 4000 can be sent.");
    }

    /// <summary>A form sends two characters for a new line, and the text area counts one.</summary>
    [Fact]
    public async Task Post_WithLineEndsOfForms_CountsEachOnce()
    {
        await using var host = await ChatHost.StartAsync(StreamPage.MapToken, ollama: false);
        await using var page = await StreamPage.OpenAsync(host.Address);

        using var response = await page.TypeAsync(Repeat("a\r\n", Most * 3 / 2), "id-1");

        Assert.Equal("id-1", page.Read(dom => dom.AttributeOf("msg-id", "data-ack")));
    }

    [Theory]
    [InlineData("\u200B\u200D\uFEFF")]
    [InlineData("\u2800 \u3164\n\u00AD")]
    public async Task Post_OfNothingToSee_IsNotTaken(string text)
    {
        await using var host = await ChatHost.StartAsync(StreamPage.MapToken, ollama: false);
        await using var page = await StreamPage.OpenAsync(host.Address);

        using var response = await page.TypeAsync(text);

        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
        Assert.Empty(page.Read(dom => dom.Entries));
    }

    /// <summary>Exactly so many UTF-16 code units of a repeated unit, with whole characters only.</summary>
    private static string Repeat(string unit, int length)
    {
        var whole = string.Concat(Enumerable.Repeat(unit, length / unit.Length));
        return whole + new string('z', length - whole.Length);
    }
}
