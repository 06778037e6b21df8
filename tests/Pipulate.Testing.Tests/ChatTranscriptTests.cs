using System.Net;
using System.Net.WebSockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

namespace Pipulate.Tests;

public sealed class ChatTranscriptTests(WebApplicationFactory<Program> factory) : IClassFixture<WebApplicationFactory<Program>>
{
    [Fact]
    public async Task Wait_ThatIsInVain_SaysWhatWasWantedAndWhatIsThereInstead()
    {
        var model = new ScriptedChatClient("Carrots.");
        await using var application = With(model);
        await using var chat = await ChatTranscript.ConnectAsync(application);
        await chat.TypeAsync("What is in the stew?");
        await chat.WaitForAnswerAsync();
        chat.Patience = TimeSpan.FromMilliseconds(50);

        var entry = await Assert.ThrowsAsync<TimeoutException>(() => chat.WaitForAsync(entry => entry.Text == "Onions."));
        var answer = await Assert.ThrowsAsync<TimeoutException>(() => chat.WaitForAnswerAsync(2));

        Assert.Equal(
            "Waited 0.05 s for an entry with entry => entry.Text == \"Onions.\" without success. The panel shows 2 entries:\n"
            + $"User Complete: What is in the stew?\nAssistant Complete: Carrots.\n(status: \"{chat.Status}\")",
            entry.Message);
        Assert.StartsWith("Waited 0.05 s for answer 2 to end without success.", answer.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Wait_OfAPageThatWasSentAway_SaysThatItIs()
    {
        await using var application = With(new ScriptedChatClient());
        await using var chat = await ChatTranscript.ConnectAsync(application);
        application.Services.GetRequiredService<IConnectionRegistry>().Disconnect(ChatAudience.Everyone);
        Assert.Equal(1008, await chat.Closed.WaitAsync(TestTime.Timeout));
        chat.Patience = TimeSpan.FromMilliseconds(50);

        var exception = await Assert.ThrowsAsync<TimeoutException>(() => chat.WaitForAnswerAsync());

        Assert.Contains("The connection is closed (1008). The panel shows nothing", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Connect_OfAClientThatIsNobodyYet_SaysWhatToDo()
    {
        await using var application = With(new ScriptedChatClient());
        using var nobody = application.CreateClient();

        var exception = await Assert.ThrowsAsync<InvalidOperationException>(() => ChatTranscript.ConnectAsync(application, nobody));

        Assert.Contains("Load a page that shows the panel with the client first", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Connect_WhereThePageIsNotLetIn_SaysTheStatus()
    {
        await using var application =
            With(new ScriptedChatClient(), services => services.Configure<PipulateOptions>(options => options.Limits.Connections = 1));
        await using var first = await ChatTranscript.ConnectAsync(application);

        var exception = await Assert.ThrowsAsync<InvalidOperationException>(() => ChatTranscript.ConnectAsync(application));

        Assert.Contains("The page was not let in at /ws: the application answered 503.", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fragment_OfTheApplication_IsAmongTheFrames()
    {
        await using var application = With(new ScriptedChatClient());
        await using var chat = await ChatTranscript.ConnectAsync(application);

        await application.Services.GetRequiredService<IChatChannel>().SayAsync(ChatAudience.Everyone, "The kitchen closes.");

        var said = await chat.WaitForAsync(entry => entry.HasEnded);
        Assert.Equal((EntryRole.Assistant, "The kitchen closes."), (said.Role, said.Text));
        Assert.Contains(chat.Frames, frame => frame.Contains("The kitchen closes.", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Connect_ToAnApplicationThatRunsOnAPort_IsThePanelOfTheVisitorWithTheCookies()
    {
        var model = new ScriptedChatClient("Bought.");
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddSingleton<IChatClient>(model);
        builder.Services.AddPipulate();
        await using var application = builder.Build();
        application.UsePipulate();
        application.MapPost("/buy", () => "Milk").WithChatCommentary("They bought milk.");
        application.MapPipulate("/chat");
        await application.StartAsync();
        var address = new Uri(application.Urls.Single());
        var visitor = new CookieContainer();

        await using var chat = await ChatTranscript.ConnectAsync(address, visitor, "/chat/ws");
        await using var secondTab = await ChatTranscript.ConnectAsync(address, visitor, "/chat/ws");
        await using var stranger = await ChatTranscript.ConnectAsync(address, path: "/chat/ws");
        await chat.Http.PostAsync("/buy", content: null);

        Assert.Equal("Bought.", (await secondTab.WaitForAnswerAsync()).Text);
        Assert.Empty(stranger.Entries);
        await Assert.ThrowsAnyAsync<WebSocketException>(() => ChatTranscript.ConnectAsync(address, path: "/nowhere"));
    }

    private WebApplicationFactory<Program> With(IChatClient model, Action<IServiceCollection>? more = null) =>
        factory.WithWebHostBuilder(host => host.ConfigureServices(services =>
    {
        services.AddSingleton(model);
        more?.Invoke(services);
    }));
}
