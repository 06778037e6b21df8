using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Pipulate.Connections;

namespace Pipulate.Tests.Connections;

public sealed partial class ConnectionHandlersTests
{
    [Fact]
    public async Task Group_JoinedFromAnEndpoint_HasAllPagesOfWhoeverAsked()
    {
        await using var host = await StartAsync(
            _ => { }, ollama: false, map: app => app.MapPost("/kitchen/join", (HttpContext context, IConnectionRegistry registry) =>
        {
            if (context.GetConversation() is { } conversation)
            {
                foreach (var page in registry.GetConnections(ChatAudience.Conversation(conversation)))
                {
                    registry.AddToGroup(page.Id, "kitchen");
                }
            }
        }));
        var socket = await host.OpenAsync();
        await using var stream = await StreamPage.OpenAsync(host.Address, socket.Visitor);

        using var joined = await socket.Http.PostAsync("/kitchen/join", null, TestContext.Current.CancellationToken);
        await host.Services.GetRequiredService<IChatChannel>().SendAsync(
            ChatAudience.Group("kitchen"),
            "<div id=\"chat-hint\" hx-swap-oob=\"innerHTML\">The soup is ready.</div>",
            TestContext.Current.CancellationToken);

        await socket.WaitAsync(dom => dom.TextOf("chat-hint") == "The soup is ready.");
        await stream.WaitAsync(dom => dom.TextOf("chat-hint") == "The soup is ready.");
    }

    [Fact]
    public async Task Group_JoinedWhenAPageConnects_HearsWhatIsSentToIt()
    {
        await using var host = await StartAsync(services => new PipulateBuilder(services).AddConnectionHandler<Joiner>());
        var inside = await host.OpenAsync();
        await Eventually.TrueAsync(() => host.Services.Registry().GetCount(ChatAudience.Group("room")) == 1);
        var channel = host.Services.GetRequiredService<IChatChannel>();

        await channel.SayAsync(ChatAudience.Group("room"), "Welcome.", TestContext.Current.CancellationToken);
        await inside.WaitAsync(dom => dom.Entries.Any(entry => entry.Text == "Welcome."));

        await inside.DisposeAsync();
        await Eventually.TrueAsync(() => host.Services.Registry().GetCount(ChatAudience.Group("room")) == 0);
    }

    [Fact]
    [Trait("Row", "S-07")]
    public async Task Disconnect_OfAUser_ClosesTheirPagesWith1008()
    {
        await using var host = await StartAsync(_ => { });
        var page = await host.OpenAsync();

        Assert.Equal(1, host.Services.Registry().Disconnect(ChatAudience.User("anna")));

        Assert.Equal(1008, await page.Closed.WaitAsync(TestTime.Timeout, TestContext.Current.CancellationToken));
    }

    /// <summary>
    /// The list of who is here is told two seconds later, once, and to everybody; a page that was loaded again in between was never seen to
    /// go.
    /// </summary>
    [Fact]
    public async Task Presence_WhenPeopleComeAndGo_IsToldOnceForAllThatChangedMeanwhile()
    {
        var time = new ManualTime();
        await using var host = await StartAsync(
            services => new PipulateBuilder(services.AddSingleton<TimeProvider>(time)).AddConnectionHandler<Guests>(), ollama: false);
        var first = await host.OpenAsync();
        var second = await host.OpenAsync();
        await time.WaitForTimerAsync(PresenceNotifier.SettleTime);
        Assert.Empty(_diary.Lines);
        time.Advance(PresenceNotifier.SettleTime);
        await _diary.ContainsAsync("2 pages");

        await second.DisposeAsync();
        await Eventually.TrueAsync(() => host.Services.Registry().Count == 1);
        await time.WaitForTimerAsync(PresenceNotifier.SettleTime);
        time.Advance(PresenceNotifier.SettleTime / 2);
        await host.OpenAsync();
        time.Advance(PresenceNotifier.SettleTime / 2);
        await _diary.WaitAsync(lines => lines.Count == 2);
        host.Services.Registry().AddToGroup(host.Services.Registry().GetConnections(ChatAudience.Everyone)[0].Id, "room");
        await time.WaitForTimerAsync(PresenceNotifier.SettleTime);
        await first.DisposeAsync();
        await Eventually.TrueAsync(() => host.Services.Registry().Count == 1);
        time.Advance(PresenceNotifier.SettleTime);
        await _diary.WaitAsync(lines => lines.Count == 3);

        Assert.Equal(["2 pages", "2 pages", "1 pages"], _diary.Lines);
    }

    [Fact]
    public async Task Presence_WhoseHandlerFails_IsToldAgainWithTheNextChange()
    {
        var time = new ManualTime();
        await using var host = await StartAsync(
            services => new PipulateBuilder(services.AddSingleton<TimeProvider>(time))
                .AddConnectionHandler<Thrower>()
                .AddConnectionHandler<Guests>(), ollama: false);

        for (var round = 1; round <= 2; round++)
        {
            await host.OpenAsync();
            await time.WaitForTimerAsync(PresenceNotifier.SettleTime);
            time.Advance(PresenceNotifier.SettleTime);
            await _diary.ContainsAsync($"{round} pages");
        }

        Assert.Equal(
            2,
            host.Logs.Lines.Count(line => line.Level is LogLevel.Error && line.Text.Contains("Nobody is here.", StringComparison.Ordinal)));
    }
}
