using System.Text.RegularExpressions;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;
using Pipulate.Browser.Hosting;
using Pipulate.FakeOllama;
using Pipulate.Tests;
using static Microsoft.Playwright.Assertions;
using static Pipulate.Browser.Hosting.SampleSite;

namespace Pipulate.Browser;

/// <summary>A visitor's many conversations, as they see and use them.</summary>
public sealed partial class ConversationsTests(Chromium chromium)
{
    [Theory, OnBothVersions]
    public async Task Conversations_BegunOpenedAndLeft_AreEachTheirOwn(HtmxVersion version)
    {
        await using var site = await StartAsync(chromium, version);
        site.Ollama.Answer = chat => FakeAnswer.Text(
            $"I know of {chat.Messages.Count(message => message.Role != "system" && !message.Content.StartsWith("[app]", StringComparison.Ordinal))}.");
        var page = await site.OpenAsync();
        await page.SayAsync("What is a fern?");
        await page.AnswerAsync();
        await Expect(Links(page)).ToHaveTextAsync(["What is a fern?"]);

        await Button(page, "New conversation").ClickAsync();
        await Expect(page.Page).ToHaveURLAsync(Named());
        await page.ConnectedAsync();
        await Expect(page.Entries).ToHaveCountAsync(0);
        await Expect(Shown(page)).ToHaveTextAsync("New conversation");
        await page.AddAsync("Buy milk");
        Assert.Equal("I know of 1.", await page.AnswerAsync());
        await page.SayAsync("And what is moss?");
        await page.AnswerAsync(2);

        // Its first words are its title, without anybody loading the page again.
        await Expect(Shown(page)).ToHaveTextAsync("And what is moss?");
        await Expect(Links(page)).ToHaveTextAsync(["And what is moss?", "What is a fern?"]);
        await Links(page).Nth(1).ClickAsync();
        await page.ConnectedAsync();
        Assert.Equal(["user: What is a fern?", "assistant: I know of 1."], await page.ReadAsync());
        await Expect(Shown(page)).ToHaveTextAsync("What is a fern?");
        await page.Page.GoBackAsync();
        await page.ConnectedAsync();
        await Expect(page.Entries).ToHaveCountAsync(3);
        Assert.Empty(page.Complaints);
    }

    [Theory, OnBothVersions]
    public async Task TwoTabs_OfTwoConversations_HearOfWhatIsDoneInThemAndThePageThatIsLoadedNextGoesOnWithTheLast(HtmxVersion version)
    {
        await using var site = await StartAsync(chromium, version);
        site.Ollama.Answer = _ => FakeAnswer.Text("noted");
        var visitor = await site.NewVisitorAsync();
        var first = await site.OpenAsync(visitor);
        var second = await site.OpenAsync(visitor);
        await Button(second, "New conversation").ClickAsync();
        await Expect(second.Page).ToHaveURLAsync(Named());
        await second.ConnectedAsync();

        // The first tab's address names no conversation, and the other one was opened since.
        await first.AddAsync("Buy milk");
        await first.AnswerAsync(1);
        await second.AddAsync("Buy ferns");
        await second.AnswerAsync(1);
        await second.AddAsync("Water them");
        await second.AnswerAsync(2);

        await Expect(first.Entries).ToHaveCountAsync(1);
        Assert.Contains("Buy milk", site.Ollama.Chats[0].Body, StringComparison.Ordinal);

        // The list itself belongs to all; what was done in the other conversation is not told in this one.
        Assert.DoesNotContain(
            site.Ollama.Chats[^1].Messages,
            message => message.Content.StartsWith("[event]", StringComparison.Ordinal)
                && message.Content.Contains("Buy milk", StringComparison.Ordinal));
        await second.Page.GotoAsync(new Uri(site.Sample.Address, "/about").ToString());
        await second.ConnectedAsync();
        await Expect(second.Entries).ToHaveCountAsync(2);
        Assert.Empty(first.Complaints.Concat(second.Complaints));
    }

    [Theory, OnBothVersions]
    public async Task Conversation_RenamedAndDeletedInPlace_IsSoInTheListAndGoneForItsOtherTab(HtmxVersion version)
    {
        await using var site = await StartAsync(chromium, version);
        site.Ollama.Answer = _ => FakeAnswer.Text("noted");
        var visitor = await site.NewVisitorAsync();
        var other = await site.OpenAsync(visitor);
        await Button(other, "New conversation").ClickAsync();
        await Expect(other.Page).ToHaveURLAsync(Named());
        await other.ConnectedAsync();
        await other.SayAsync("my secret");
        await other.AnswerAsync();
        var page = await site.OpenAsync(visitor);
        await page.Page.GotoAsync(new Uri(site.Sample.Address, "/?conversation=first").ToString());
        await page.ConnectedAsync();
        await page.Input.FillAsync("a draft");

        await page.Page.GetByLabel("Options for my secret").ClickAsync();
        await page.Page.GetByRole(AriaRole.Textbox, new() { Name = "Title" }).Filter(new() { Visible = true }).FillAsync("<i>Ferns</i>");
        await Button(page, "Rename").Filter(new() { Visible = true }).ClickAsync();
        await Expect(Links(page)).ToHaveTextAsync(["New conversation", "<i>Ferns</i>"]);
        await page.Page.GetByLabel("Options for <i>Ferns</i>").ClickAsync();
        await Button(page, "Delete <i>Ferns</i>").ClickAsync();
        await Expect(Links(page)).ToHaveTextAsync(["New conversation"]);

        // Nothing was loaded again here; there it is over, and does not begin anew.
        Assert.Equal("a draft", await page.Input.InputValueAsync());
        await Expect(other.Panel).ToHaveAttributeAsync("data-connection", "closed");
        Assert.Equal(["notice: This conversation was deleted."], await other.ReadAsync());
        await other.AddAsync("Buy milk");
        await Expect(other.Todos).ToHaveCountAsync(1);
        var response = await other.Page.ReloadAsync();
        Assert.Equal(404, response!.Status);
        await other.Page.GetByRole(AriaRole.Link, new() { Name = "Go to the first one." }).ClickAsync();
        await other.ConnectedAsync();
        await Expect(other.Entries).ToHaveCountAsync(0);
        Assert.Empty(page.Complaints);
    }

    [Theory, OnBothVersions]
    public async Task Conversation_Exported_IsAFileOfWhatWasSaid(HtmxVersion version)
    {
        await using var site = await StartAsync(chromium, version);
        site.Ollama.Answer = _ => FakeAnswer.Text("A plant.");
        var page = await site.OpenAsync();
        await page.SayAsync("What is a fern?");
        await page.AnswerAsync();
        await page.Page.GetByLabel("Options for What is a fern?").ClickAsync();

        var file =
            await page.Page.RunAndWaitForDownloadAsync(() => page.Page.GetByRole(AriaRole.Link, new() { Name = "Markdown" }).ClickAsync());

        using var reader = new StreamReader(await file.CreateReadStreamAsync());
        Assert.Matches(
            @"^# What is a fern\?\n\n\*\*You\*\*, .*\n\nWhat is a fern\?\n\n\*\*Assistant\*\*, .*\n\nA plant\.\n$",
            await reader.ReadToEndAsync(TestContext.Current.CancellationToken));
        Assert.Empty(page.Complaints);
    }

    [Theory, OnBothVersions]
    public async Task Visitor_Forgotten_StartsAnew(HtmxVersion version)
    {
        await using var site = await StartAsync(chromium, version);
        site.Ollama.Answer = _ => FakeAnswer.Text("noted");
        var page = await site.OpenAsync();
        await page.SayAsync("my secret");
        await page.AnswerAsync();
        await Expect(Links(page)).ToHaveTextAsync(["my secret"]);

        await page.Page.GetByText("Delete all", new() { Exact = true }).ClickAsync();
        await Button(page, "Delete all conversations for good").ClickAsync();

        await Expect(Links(page)).ToHaveTextAsync(["New conversation"]);
        await page.ConnectedAsync();
        await Expect(page.Entries).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task List_OnDesktopAndPhone_IsOnThePictureAndAxeFindsNothing()
    {
        await using var site = await StartAsync(chromium, HtmxVersion.V2);
        site.Ollama.Answer = _ => FakeAnswer.Text("noted");
        var page = await site.OpenAsync();
        foreach (var words in new[] { "What is a fern?", "Please tell me all that there is to know about moss", "And lichen" })
        {
            await page.SayAsync(words);
            await page.AnswerAsync();
            await Button(page, "New conversation").ClickAsync();
            await page.ConnectedAsync();
            await Expect(page.Entries).ToHaveCountAsync(0);
        }

        await page.Page.GetByLabel("Options for And lichen").ClickAsync();
        foreach (var (name, width, scheme) in new[] { ("desktop", 1100, ColorScheme.Light), ("phone", 390, ColorScheme.Dark) })
        {
            await page.Page.EmulateMediaAsync(new() { ColorScheme = scheme });
            await page.Page.SetViewportSizeAsync(width, 760);
            var file = Path.Combine(Repository.Root, "artifacts", "screenshots", $"conversations-{name}.png");
            await page.Page.ScreenshotAsync(new() { Path = file, FullPage = true });
            Assert.True(new FileInfo(file).Length > 2_000);
            Assert.Empty((await page.Page.RunAxe()).Violations);
            Assert.False(
                await page.Page.EvaluateAsync<bool>("document.documentElement.scrollWidth > innerWidth"),
                $"Nothing is wider than the {name}.");
        }
    }

    private static ILocator Links(TodoPage page) => page.Page.Locator("#chat-conversations li > a");

    private static ILocator Shown(TodoPage page) => page.Page.Locator("#chat-conversations li > a[aria-current=true]");

    private static ILocator Button(TodoPage page, string name) => page.Page.GetByRole(AriaRole.Button, new() { Name = name, Exact = true });

    [GeneratedRegex(@"\?conversation=[\w-]{16}$")]
    private static partial Regex Named();
}
