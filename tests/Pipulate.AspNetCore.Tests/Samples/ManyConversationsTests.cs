using System.Net;
using Pipulate.FakeOllama;
using Pipulate.Tests.Endpoints;

namespace Pipulate.Tests.Samples;

public sealed class ManyConversationsTests
{
    [Fact]
    public async Task Notes_OfTwoMatters_AreEachInTheirOwnAndOutlastTheProcess()
    {
        await using var ollama = await FakeOllamaServer.StartAsync();
        ollama.Answer = _ => FakeAnswer.Text("What comes next?");
        var folder = Directory.CreateTempSubdirectory("pipulate-notes-");
        try
        {
            string[] settings = [
                "--urls=http://127.0.0.1:0", "--Pipulate:Schedule:Debounce=00:00:00",
                $"--Chat:Database={Path.Combine(folder.FullName, "chat.db")}"
            ];
            var visitor = new CookieContainer();
            string second;
            await using (var sample = Sample.Start("ManyConversations", ollama.Endpoint, settings))
            {
                await using var page = await ChatPage.OpenAsync(await sample.ListenAsync(), visitor);
                await page.TypeAsync("The garden.");
                await page.WaitForAnswerAsync();
                await NoteAsync(page.Http, "/?conversation=first", "Ferns");
                await page.WaitForAnswerAsync(2);

                second = await BeginAsync(page.Http);
                await using var other = await ChatPage.OpenAsync(page.Http.BaseAddress!, visitor, $"/ws?conversation={second}");
                await NoteAsync(page.Http, $"/?conversation={second}", "Boats");
                await other.WaitForAnswerAsync();

                Assert.Contains("They wrote down \"Boats\".", ollama.Chats[^1].Messages[^1].Content, StringComparison.Ordinal);
                Assert.DoesNotContain("Ferns", ollama.Chats[^1].Body, StringComparison.Ordinal);
                Assert.Equal(["New conversation*", "The garden."], (await page.Http.LoadAsync($"/?conversation={second}")).Titles());
            }

            await using var again = Sample.Start("ManyConversations", ollama.Endpoint, settings);
            await using var back = await ChatPage.OpenAsync(await again.ListenAsync(), visitor);
            await back.WaitForAnswerAsync(2);
            Assert.Equal(
                ["The garden.", "What comes next?", "What comes next?"],
                back.Read(dom => dom.Entries.Select(entry => entry.Text).ToArray()));
            Assert.Contains(
                "Boats",
                await back.Http.GetStringAsync($"/conversations/{second}.json", TestContext.Current.CancellationToken),
                StringComparison.Ordinal);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task NoteAsync(HttpClient http, string page, string text)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/?handler=Note")
        {
            Content = new FormUrlEncodedContent([new("text", text), new("__RequestVerificationToken", await TokenAsync(http, page))]),
        };
        request.Headers.Add("HX-Current-URL", new Uri(http.BaseAddress!, page).ToString());
        (await http.SendAsync(request, TestContext.Current.CancellationToken)).EnsureSuccessStatusCode();
    }

    private static async Task<string> BeginAsync(HttpClient http)
    {
        using var form = new FormUrlEncodedContent([new("__RequestVerificationToken", await TokenAsync(http, "/"))]);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/conversations") { Content = form };
        request.Headers.Referrer = http.BaseAddress;
        using var response = await http.SendAsync(request, TestContext.Current.CancellationToken);
        return response.Headers.GetValues("HX-Redirect").Single()["/?conversation=".Length..];
    }

    private static async Task<string> TokenAsync(HttpClient http, string page) =>
        (await http.LoadAsync(page)).QuerySelector("input[name=__RequestVerificationToken]")!.GetAttribute("value")!;
}
