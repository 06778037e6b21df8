using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

namespace Pipulate.Tests.Guide;

public sealed class CardTests(WebApplicationFactory<Program> factory) : IClassFixture<WebApplicationFactory<Program>>
{
    [Fact]
    public async Task Stew_Ordered_IsCommentedOn()
    {
        var model = new ScriptedChatClient("A **fine** choice.");
        await using var application = With(services => services.AddSingleton<IChatClient>(model));
        await using var chat = await ChatTranscript.ConnectAsync(application);

        await chat.Http.PostAsync("/lambda/stew", content: null);

        var comment = await chat.WaitForAnswerAsync();
        Assert.Equal("A fine choice.", comment.Text);
        Assert.Equal("[event] They ordered \"stew\". One remark, 20 words at most.", model.Requests[0].Messages[^1].Text);
    }

    [Fact]
    public async Task Guest_WhoTypesAndPressesStop_KeepsWhatWasSaid()
    {
        var model = new ScriptedChatClient();       // without answers: the test dictates them
        await using var application = With(services => services.AddSingleton<IChatClient>(model));
        await using var chat = await ChatTranscript.ConnectAsync(application);

        await chat.TypeAsync("What is in the stew?");
        var request = await model.NextRequestAsync();
        request.Think("They ask for the stew.");
        request.Say("Carrots, and ");
        await chat.WaitForAsync(entry => entry.Text == "Carrots, and ");
        await chat.StopAsync();

        var answer = await chat.WaitForAnswerAsync();
        Assert.Equal(EntryState.Stopped, answer.State);
        Assert.Equal("Carrots, and", answer.Text);
        await request.GivenUpAsync();               // the model is not kept at it
    }

    [Fact]
    public async Task Model_ThatBreaksInTheMiddle_IsSaidToHaveFailed()
    {
        var model = new ScriptedChatClient
        {
            Answer = async (request, cancellationToken) =>
            {
                await request.SayAsync("Carrots, and", TimeSpan.FromMilliseconds(10), cancellationToken);
                request.Fail(new IOException("The kitchen is on fire."));
            },
        };
        await using var application = With(services => services.AddSingleton<IChatClient>(model));
        await using var chat = await ChatTranscript.ConnectAsync(application);

        await chat.TypeAsync("What is in the stew?");

        var answer = await chat.WaitForAnswerAsync();
        Assert.Equal(EntryState.Failed, answer.State);
        Assert.DoesNotContain("fire", answer.Reason);       // no exception's text gets to a page
    }

    [Fact]
    public async Task Model_ThatFallsSilent_IsNotWaitedForLongerThanItsLimit()
    {
        var time = new ManualTimeProvider();
        var model =
            new ScriptedChatClient { Answer = (request, cancellationToken) => request.SayAsync("Well…", TimeSpan.Zero, cancellationToken) };
        await using var application = With(services => services.AddSingleton<IChatClient>(model).AddSingleton<TimeProvider>(time));
        await using var chat = await ChatTranscript.ConnectAsync(application);

        await chat.TypeAsync("What is in the stew?");

        var answer = await time.AdvanceUntilAsync(chat.WaitForAnswerAsync(), step: TimeSpan.FromSeconds(1));
        Assert.Equal(EntryState.Failed, answer.State);
        Assert.Contains("fell silent", answer.Reason);
    }

    [Fact]
    public async Task Visitor_WhoHasLoadedThePage_HasTheirConversation()
    {
        await using var application = With(services => services.AddSingleton<IChatClient>(new ScriptedChatClient("Hello.")));
        using var visitor = application.CreateClient();
        await visitor.GetAsync("/");                        // a page with a panel makes them a visitor
        await using var chat = await ChatTranscript.ConnectAsync(application, visitor);
        await using var secondTab = await ChatTranscript.ConnectAsync(application, visitor);

        await chat.TypeAsync("Hello?");

        await chat.WaitForAnswerAsync();
        await secondTab.WaitForAnswerAsync();
        Assert.Equal(["Hello?", "Hello."], secondTab.Entries.Select(entry => entry.Text));
    }

    private WebApplicationFactory<Program> With(Action<IServiceCollection> services) =>
        factory.WithWebHostBuilder(host => host.ConfigureServices(services));
}
