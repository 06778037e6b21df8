using System.Net;
using System.Security.Claims;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.DependencyInjection;
using Pipulate.FakeOllama;

namespace Pipulate.Tests.Security;

/// <summary>
/// Visitors who come, go, sign in and out, join groups, talk and do things at random, each word with a mark of its own. The model repeats
/// every mark that it was told. Whatever page a mark comes to must be one that it was meant for.
/// </summary>
public sealed partial class PrivacyTests(ITestOutputHelper output)
{
    private const int Visitors = 6;
    private const int Steps = 200;

    [Theory]
    [Trait("Row", "S-45")]
    [Trait("Row", "S-46")]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Visitors_WhateverTheyDo_GetNoFrameThatIsNotTheirs(int seed)
    {
        await using var house = await House.StartAsync(seed);
        for (var step = 0; step < Steps; step++)
        {
            await house.StepAsync();
        }

        await house.SettleAsync();

        Assert.Empty(house.Leaks());
        var (marks, pages, seen) = house.Count();
        output.WriteLine($"{marks} marks, {pages} pages, {seen} marks seen where they belong.");
        Assert.True(seen > marks, "Most of what was said was to be seen.");
    }

    /// <summary>The test can see what it looks for.</summary>
    [Fact]
    public async Task Checker_OfAFrameThatReachesEverybody_SeesIt()
    {
        await using var house = await House.StartAsync(1);
        await house.OpenAsync(0);
        await house.OpenAsync(1);

        var mark = house.Mark(of: house.Pages[0].Identity);
        await house.SendToEverybodyAsync(mark);
        await Eventually.TrueAsync(() => house.Count().Seen > 0 && house.Leaks().Any());

        Assert.Equal($"{mark} of visitor 0 came to visitor 1", Assert.Single(house.Leaks()));
    }

    [GeneratedRegex("mark-[0-9]+-")]
    private static partial Regex Marks();

    private sealed class Page(string identity, string connection, Func<IReadOnlyList<string>> frames, Func<ValueTask> leave)
    {
        public string Identity { get; } = identity;

        public string Connection { get; } = connection;

        public IReadOnlyList<string> Frames => frames();

        public ValueTask LeaveAsync() => leave();

        public HashSet<string> Groups { get; } = [];

        public bool Here { get; set; } = true;
    }

    /// <summary>Who may see a mark: everybody whose conversation it is in, or these pages only.</summary>
    private sealed record Audience(HashSet<string> Identities, HashSet<Page> Pages);

    private sealed class Person(int number)
    {
        private int _visits;

        public CookieContainer Cookies { get; } = new();

        public string? User { get; private set; }

        /// <summary>Whose conversation a request of theirs belongs to now.</summary>
        public string Identity => User is null ? $"visitor {number}{new string('\'', _visits)}" : $"user {User}";

        public void SignIn(Uri server, string user)
        {
            User = user;
            Cookies.Add(server, new Cookie("user", user));
        }

        /// <summary>Afterwards they are somebody new, if a page of theirs has been there meanwhile and the cookie was taken away.</summary>
        public void SignOut(Uri server)
        {
            Cookies.GetCookies(server)["user"]!.Expired = true;
            User = null;
            if (Cookies.GetCookies(server)["pipulate.visitor"] is null)
            {
                _visits++;
            }
        }

        public bool HasAConversation(Uri server) => User is not null || Cookies.GetCookies(server)["pipulate.visitor"] is not null;
    }

    private sealed class House(ChatHost host, Random random) : IAsyncDisposable
    {
        private static readonly string[] Users = ["anna", "bert", "cleo"];
        private static readonly string[] Groups = ["kitchen", "garden"];

        private readonly Dictionary<string, Audience> _audiences = [];
        private readonly Person[] _people = [.. Enumerable.Range(0, Visitors).Select(number => new Person(number))];
        private readonly HashSet<string> _connections = [];

        public List<Page> Pages { get; } = [];

        public static async Task<House> StartAsync(int seed)
        {
            var host = await ChatHost.StartAsync(
                app =>
                {
                    StreamPage.MapToken(app);
                    app.MapPost("/todo", [ChatCommentary("They added {title}.")] ([FromForm] string title) => "").DisableAntiforgery();
                },
                options =>
                {
                    options.Events.Add("told", "They told of {message}.");
                    options.Limits.MessagesPerMinute = options.Limits.MessageBurst = 1_000_000;
                    options.Limits.ConnectionsPerVisitor = 1_000;
                },
                signIn: app => app.Use((context, next) =>
                {
                    if (context.Request.Cookies["user"] is { } user)
                    {
                        context.User = new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.NameIdentifier, user)], "test"));
                    }

                    return next(context);
                }));
            host.Ollama.Answer = chat => FakeAnswer.Text("I know of "
                + string.Join(' ', Marks().Matches(chat.Body).Select(mark => mark.Value).Distinct())) with
            { TokensPerSecond = 0 };
            return new House(host, new Random(seed));
        }

        public async Task StepAsync()
        {
            var number = random.Next(Visitors);
            var person = _people[number];
            var here = Pages.Where(page => page.Here).ToList();
            var page = here.Count == 0 ? null : here[random.Next(here.Count)];
            switch (random.Next(10))
            {
                case 0 or 1 when here.Count < 15:
                    await OpenAsync(number);
                    break;
                case 2 when page is not null:
                    page.Here = false;
                    await page.LeaveAsync();
                    await Eventually.TrueAsync(() => host.Services.Registry().GetCount(ChatAudience.Connection(page.Connection)) == 0);
                    break;
                case 3 when person.User is null:
                    person.SignIn(host.Address, Users[random.Next(Users.Length)]);
                    break;
                case 3:
                    person.SignOut(host.Address);
                    break;
                case 4 when page is not null:
                    Move(page, Groups[random.Next(Groups.Length)]);
                    break;
                case 5:
                    await SpeakAsync();
                    break;
                case 6 when page is not null:
                    await SendAsync(page);
                    break;
                default:
                    await DoAsync(person);
                    break;
            }
        }

        public async Task OpenAsync(int number)
        {
            var person = _people[number];
            var identity = person.Identity;
            if (random.Next(4) == 0)
            {
                var stream = await StreamPage.OpenAsync(host.Address, person.Cookies);
                Take(identity, () => [.. stream.Events.Select(one => one.Data ?? "")], stream.DisposeAsync);
            }
            else
            {
                var socket = await host.OpenAsync(person.Cookies);
                Take(identity, () => socket.Messages, socket.DisposeAsync);
            }
        }

        public string Mark(string of) => Mark([of], []);

        public Task SendToEverybodyAsync(string mark) =>
            Channel.SendAsync(ChatAudience.Everyone, Fragment(mark), TestContext.Current.CancellationToken);

        /// <summary>Waits until the model has nothing more to say.</summary>
        public async Task SettleAsync()
        {
            foreach (var number in Enumerable.Range(0, Visitors))
            {
                await OpenAsync(number);
            }

            var (chats, frames) = (-1, -1);
            await Eventually.TrueAsync(() =>
            {
                var before = (chats, frames);
                (chats, frames) = (host.Ollama.Chats.Count, Pages.Sum(page => page.Frames.Count));
                return host.Ollama.Chats.All(chat => chat.Finished.IsCompleted) && before == (chats, frames);
            });
        }

        public IEnumerable<string> Leaks() =>
            from page in Pages
            from mark in Seen(page)
            let audience = _audiences[mark]
            where !audience.Identities.Contains(page.Identity) && !audience.Pages.Contains(page)
            select $"{mark} of {string.Join(", ", audience.Identities)} came to {page.Identity}";

        public (int Marks, int Pages, int Seen) Count() => (_audiences.Count, Pages.Count, Pages.Sum(page => Seen(page).Count()));

        public async ValueTask DisposeAsync()
        {
            foreach (var page in Pages.Where(page => page.Here))
            {
                await page.LeaveAsync();
            }

            await host.DisposeAsync();
        }

        private static IEnumerable<string> Seen(Page page) =>
            page.Frames.SelectMany(frame => Marks().Matches(frame).Select(mark => mark.Value)).Distinct();

        private static string Fragment(string mark) => $"<div id=\"news\" hx-swap-oob=\"innerHTML\">{mark}</div>";

        private IChatChannel Channel => host.Services.GetRequiredService<IChatChannel>();

        private string Mark(IEnumerable<string> identities, IEnumerable<Page> pages)
        {
            var mark = $"mark-{_audiences.Count}-";
            _audiences.Add(mark, new Audience([.. identities], [.. pages]));
            return mark;
        }

        private void Take(string identity, Func<IReadOnlyList<string>> frames, Func<ValueTask> leave)
        {
            // Another id than any before: pages come one at a time.
            var connection =
                Assert.Single(host.Services.Registry().GetConnections(ChatAudience.Everyone), page => _connections.Add(page.Id)).Id;
            Pages.Add(new Page(identity, connection, frames, leave));
        }

        private void Move(Page page, string group)
        {
            if (page.Groups.Add(group))
            {
                Assert.True(host.Services.Registry().AddToGroup(page.Connection, group));
            }
            else
            {
                page.Groups.Remove(group);
                Assert.True(host.Services.Registry().RemoveFromGroup(page.Connection, group));
            }
        }

        /// <summary>The application says something to a group or a user: it is in the conversations of those who look then.</summary>
        private async Task SpeakAsync()
        {
            var group = Groups[random.Next(Groups.Length)];
            var user = Users[random.Next(Users.Length)];
            var toGroup = random.Next(2) == 0;
            var mark = Mark(Pages
                .Where(page => page.Here && (toGroup ? page.Groups.Contains(group) : page.Identity == $"user {user}"))
                .Select(page => page.Identity), []);
            await Channel.SayAsync(
                toGroup ? ChatAudience.Group(group) : ChatAudience.User(user), mark, TestContext.Current.CancellationToken);
        }

        /// <summary>The application sends a piece of its page to one page, or to a group.</summary>
        private async Task SendAsync(Page page)
        {
            var group = Groups[random.Next(Groups.Length)];
            var toGroup = random.Next(2) == 0;
            var mark = Mark([], toGroup ? Pages.Where(other => other.Here && other.Groups.Contains(group)) : [page]);
            await Channel.SendAsync(
                toGroup ? ChatAudience.Group(group) : ChatAudience.Connection(page.Connection),
                Fragment(mark),
                TestContext.Current.CancellationToken);
        }

        /// <summary>
        /// A person types, clicks, or has a page tell of something, and tries to name somebody else's conversation while at it.
        /// </summary>
        private async Task DoAsync(Person person)
        {
            if (!person.HasAConversation(host.Address))
            {
                return;
            }

            var mark = Mark(person.Identity);
            var other = host.Services.Registry().GetConnections(ChatAudience.Everyone) is { Count: > 0 } pages
                ? pages[random.Next(pages.Count)].Conversation.Value
                : "v-none";
            using var http = new HttpClient(new SocketsHttpHandler { CookieContainer = person.Cookies }) { BaseAddress = host.Address };
            http.DefaultRequestHeaders.Add("HX-Request", "true");
            http.DefaultRequestHeaders.Add("X-Conversation", other);
            http.DefaultRequestHeaders.Add(
                "RequestVerificationToken", await http.GetStringAsync("/token", TestContext.Current.CancellationToken));
            var (path, fields) = random.Next(3) switch
            {
                0 => ("/todo", new Dictionary<string, string> { ["title"] = mark }),
                1 => ("/chatq", new() { ["event"] = "told", ["message"] = mark }),
                _ => ("/message", new() { ["msg"] = mark, ["mid"] = mark }),
            };
            fields["conversation"] = fields["user"] = other;
            using var response =
                await http.PostAsync($"{path}?group=kitchen", new FormUrlEncodedContent(fields), TestContext.Current.CancellationToken);
            Assert.True(response.IsSuccessStatusCode, $"{path}: {response.StatusCode}");
        }
    }
}
