using System.Net;
using System.Text.RegularExpressions;
using Pipulate.FakeOllama;

namespace Pipulate.Tests.Samples;

/// <summary>Everything on the card is ordered once, and what the model hears of it is what the sample says.</summary>
public sealed class AnyEndpointTests
{
    private static readonly (string Path, string? Told)[] Card =
    [
        ("/lambda/stew", "They ordered \"stew\"."),
        ("/convention/stew", "They ordered \"stew\" by convention."),
        ("/method", "They had \"a stew\" cooked, for 12."),
        ("/plain", "They asked for nothing but rice."),
        ("/drinks/water", "They ordered a drink at \"/drinks/water\"."),
        ("/drinks/wine", "They ordered wine, at this hour."),
        ("/drinks/bill", null),
        ("/tip/20", "They tipped well."),
        ("/burn", "Cooking failed: \"The stew is burnt.\""),
        ("/component", "They looked at the soup."),
        ("/table/4", "They took table 4."),
        ("/dessert?handler=Order", "They ordered ice cream."),
        ("/unicorn", "They asked for \"unicorn\", which is not on the card."),
    ];

    [Fact]
    public async Task Card_OrderedFromTopToBottom_IsCommentedOnAsTheSampleSays()
    {
        await using var ollama = await FakeOllamaServer.StartAsync();
        ollama.Answer = _ => FakeAnswer.Text("Well.");
        await using var sample =
            Sample.Start("AnyEndpoint", ollama.Endpoint, "--urls=http://127.0.0.1:0", "--Pipulate:Schedule:Debounce=00:00:00");
        var address = await sample.ListenAsync();
        var visitor = new CookieContainer();
        await using var page = await ChatPage.OpenAsync(address, visitor);
        var html = await page.Http.GetStringAsync("/", TestContext.Current.CancellationToken);
        var answers = 0;
        foreach (var (path, told) in Card)
        {
            var button = Button(path).Match(html);
            Assert.True(button.Success, $"{path} is not on the card.");
            using var request = new HttpRequestMessage(new HttpMethod(button.Groups[1].Value), path);
            using var response = await page.Http.SendAsync(request, TestContext.Current.CancellationToken);
            if (told is not null)
            {
                await page.WaitForAnswerAsync(++answers);
                Assert.Contains(told, ollama.Chats[^1].Messages[^1].Content, StringComparison.Ordinal);
            }
        }

        Assert.Equal(answers, ollama.Chats.Count);
        Assert.Equal(Card.Length, Regex.Count(html, "<button hx-"));
    }

    private static Regex Button(string path) => new($"<button hx-(post|get)=\"{Regex.Escape(path)}\"");
}
