using System.Net;
using System.Security.Claims;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Pipulate.FakeOllama;
using Pipulate.Tests.Endpoints;

namespace Pipulate.Tests.Context;

/// <summary>What providers and personas put into the requests that a model server really gets.</summary>
public sealed class ContextStoryTests
{
    private const string Mark = "[app] What the application knows at this moment:";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Words_OnAPageWithContext_AreAnsweredFromIt()
    {
        await using var host = await StartAsync((_, _) => new("Milk\nEggs"));
        var page = await host.OpenAsync();
        await page.TypeAsync("What should I do next?");
        await page.WaitForAnswerAsync();

        var messages = Assert.Single(host.Ollama.Chats).Messages;
        Assert.Equal(["system", "user", "user"], messages.Select(message => message.Role));
        Assert.Contains("begins with [app]", messages[0].Content, StringComparison.Ordinal);
        Assert.Equal($"{Mark}\nApplication:\n| Milk\n| Eggs", messages[1].Content);
        Assert.Equal("What should I do next?", messages[2].Content);
    }

    [Fact]
    public async Task Request_OverFiftyTurns_BeginsWithTheSameBytes()
    {
        var count = 0;
        await using var host = await StartAsync((_, _) => new($"Changed {++count} times."));
        var page = await host.OpenAsync();
        for (var turn = 1; turn <= 50; turn++)
        {
            await page.TypeAsync($"Question {turn}?");
            await page.WaitForAnswerAsync(turn);
        }

        var requests = host.Ollama.Chats
            .Select(chat => chat.Messages.Select(message => $"{message.Role} {message.Content}").ToList())
            .ToList();
        Assert.Equal(50, requests.Count);
        for (var turn = 1; turn < 50; turn++)
        {
            // All but the context and the words of the earlier request, which the later one has as history.
            var before = requests[turn - 1];
            Assert.Equal(before[..^2], requests[turn][..(before.Count - 2)]);
            Assert.Equal(before[^1], requests[turn][before.Count - 2]);
            Assert.Single(requests[turn], message => message.StartsWith($"user {Mark}", StringComparison.Ordinal));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [Trait("Category", Exhaustive.Category)]
    public async Task Context_OfAVisitor_IsNeverInAnothersRequest(int seed)
    {
        string[] people = ["anna", "ben", "cleo"];
        await using var host = await StartAsync(
            (turn, _) => new($"secret-of-{turn.User.Identity?.Name ?? "nobody"} shared={turn.IsShared}"),
            options =>
            {
                options.MayEnterRoom = (_, _) => true;
                options.Limits.Generations = 10;
            });
        var random = new Random(seed);
        var visitors = people.ToDictionary(name => name, name => SignedIn(host, name));
        var rooms = new Dictionary<(string Person, bool Room), ChatPage>();
        foreach (var person in people)
        {
            foreach (var room in (bool[])[false, true])
            {
                rooms[(person, room)] = await host.OpenAsync(visitors[person], room ? "/ws?conversation=kitchen" : "/ws");
            }
        }

        var typed = 0;
        for (var step = 0; step < Exhaustive.Count(full: 60, quick: 20); step++)
        {
            var person = people[random.Next(people.Length)];
            var room = random.Next(2) == 0;
            if (random.Next(3) == 0)
            {
                using var http =
                    new HttpClient(new SocketsHttpHandler { CookieContainer = visitors[person] }) { BaseAddress = host.Address };
                (await http.PostAsync(
                    $"/like?what=by-{person}{(room ? "&conversation=kitchen" : "")}", null, Cancellation)).EnsureSuccessStatusCode();
            }
            else
            {
                typed++;
                await rooms[(person, room)].TypeAsync($"asked-by-{person} {step}");
            }
        }

        await Eventually.TrueAsync(() => typed == host.Ollama.Chats
            .SelectMany(chat => chat.Messages)
            .Select(message => message.Content)
            .Where(content => content.StartsWith("asked-by-", StringComparison.Ordinal))
            .Distinct()
            .Count());

        foreach (var chat in host.Ollama.Chats)
        {
            var context = Assert.Single(chat.Messages, message => message.Content.StartsWith(Mark, StringComparison.Ordinal)).Content;
            var newest = chat.Messages[^1].Content;
            var asker = people.Single(person => newest.StartsWith($"asked-by-{person} ", StringComparison.Ordinal));
            Assert.Contains($"secret-of-{asker} ", context, StringComparison.Ordinal);
            Assert.All(
                people.Where(person => person != asker),
                other => Assert.DoesNotContain($"secret-of-{other}", context, StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task Context_PageUrl_IsThatOfTheMessageWithoutItsQuery()
    {
        var pages = new List<string?>();
        await using var host = await StartAsync((turn, _) =>
        {
            pages.Add(turn.PageUrl?.ToString());
            return new("x");
        });
        var page = await host.OpenAsync();
        var here = host.Address.ToString().TrimEnd('/');
        foreach (var (address, count) in new[] { ($"{here}/todos?q=secret#top", 1), ("https://evil.example/todos", 2) })
        {
            await page.SendAsync(
                $$$"""{"msg":"hello {{{count}}}","mid":"m{{{count}}}","HEADERS":{"HX-Request":"true","HX-Current-URL":"{{{address}}}"}}""");
            await page.WaitForAnswerAsync(count);
        }

        Assert.Equal([$"{here}/todos", null], pages);
    }

    [Fact]
    public async Task Context_IsShownToTheVisitor()
    {
        await using var host = await StartAsync((turn, _) => new($"the list of {turn.User.Identity!.Name}"));
        using var http = new HttpClient(new SocketsHttpHandler { CookieContainer = SignedIn(host, "anna") }) { BaseAddress = host.Address };
        await http.GetStringAsync("/", Cancellation);

        Assert.Contains("| the list of anna", await http.GetStringAsync("/context", Cancellation), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Context_WhileTheVisitorHasPaused_IsNotSent()
    {
        await using var host = await StartAsync((_, _) => new("their list"));
        using var http = await host.VisitAsync(out var visitor);
        var page = await host.OpenAsync(visitor);
        (await http.PressAsync("/context", fields: ("do", "pause"))).EnsureSuccessStatusCode();
        await page.TypeAsync("hello");
        await page.WaitForAnswerAsync();
        (await http.PressAsync("/context", fields: ("do", "resume"))).EnsureSuccessStatusCode();
        await page.TypeAsync("hello again");
        await page.WaitForAnswerAsync(2);

        Assert.Equal(
            [false, true],
            host.Ollama.Chats.Select(chat => chat.Messages.Any(message => message.Content.StartsWith(Mark, StringComparison.Ordinal))));
    }

    [Fact]
    public async Task PersonaFor_User_IsTheSystemMessage()
    {
        await using var host = await StartAsync(null, options => options.PersonaFor = turn => turn.User.Identity?.Name switch
        {
            "anna" => "You are a pirate.",
            "ben" => throw new InvalidOperationException("broken"),
            _ => null,
        });
        foreach (var person in new[] { "anna", "ben", "cleo" })
        {
            var page = await host.OpenAsync(SignedIn(host, person));
            await page.TypeAsync("hello");
            await page.WaitForAnswerAsync();
        }

        Assert.Equal(
            ["You are a pirate", "You are a friend", "You are a friend"],
            host.Ollama.Chats.Select(chat => chat.Messages[0].Content[.."You are a pirate".Length]));
        Assert.Single(host.Logs.Lines, line => line.Text.StartsWith("PipulateOptions.PersonaFor failed", StringComparison.Ordinal));
    }

    private static Task<ChatHost> StartAsync(
        Func<ChatTurn, CancellationToken, ValueTask<string?>>? context, Action<PipulateOptions>? configure = null) =>
        ConversationsPage.StartAsync(
            options =>
            {
                options.Schedule.Debounce = TimeSpan.Zero;
                configure?.Invoke(options);
            },
            services =>
            {
                if (context is not null)
                {
                    services.AddPipulate().AddChatContext(context);
                }
            },
            app => app.Use((http, next) =>
            {
                if (http.Request.Cookies["who"] is { } name)
                {
                    http.User = new ClaimsPrincipal(new ClaimsIdentity(
                        [new Claim(ClaimTypes.NameIdentifier, name), new Claim(ClaimTypes.Name, name)], "test"));
                }

                return next(http);
            }));

    private static CookieContainer SignedIn(ChatHost host, string name)
    {
        var cookies = new CookieContainer();
        cookies.Add(host.Address, new Cookie("who", name));
        return cookies;
    }
}
