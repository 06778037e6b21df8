using System.Security.Claims;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Pipulate.Context;
using Pipulate.Conversations.Entries;
using Pipulate.Tests.Generation;

namespace Pipulate.Tests.Context;

public sealed class ContextCollectorTests
{
    private static readonly ConversationId Theirs = new("v-anna");

    private readonly ManualTime _time = new();
    private readonly PipulateOptions _options = new();
    private readonly RecordedLog<ContextCollector> _log = new();
    private readonly ServiceCollection _services = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task CollectAsync_NoProviders_IsEmpty() => Assert.Empty(await Collector().CollectAsync(Theirs, null, Cancellation));

    [Fact]
    public async Task CollectAsync_SeveralProviders_KeepsTheirOrder()
    {
        var slow = new TaskCompletionSource<string?>();
        var collecting = Collector(_ => new(slow.Task), Says("second"), Says(null), Says("  "))
            .CollectAsync(Theirs, null, Cancellation);
        slow.SetResult("first");

        Assert.Equal([("P0", "first"), ("P1", "second")], (await collecting).Select(part => (part.Provider, part.Text)));
    }

    [Theory]
    [InlineData("abcdef", 3, "abc…")]
    [InlineData("ab\ncd\nef", 5, "ab\ncd…")]
    [InlineData("a\u202Eb\u200Bc\r\nd\u2028e", 100, "abc\nd\ne")]
    [InlineData("  padded \n", 100, "padded")]
    public async Task CollectAsync_Text_IsCleanAndCut(string text, int characters, string expected)
    {
        _options.Context.Characters = characters;

        Assert.Equal(expected, Assert.Single(await Collector(Says(text)).CollectAsync(Theirs, null, Cancellation)).Text);
    }

    [Fact]
    public async Task CollectAsync_ProviderThrows_IsLeftOutAndLoggedOnce()
    {
        var collector = Collector(_ => throw new InvalidOperationException("broken"), Says("there"));

        for (var i = 0; i < 3; i++)
        {
            Assert.Equal("there", Assert.Single(await collector.CollectAsync(Theirs, null, Cancellation)).Text);
        }

        Assert.Contains("P0 failed", Assert.Single(_log[LogLevel.Warning]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task CollectAsync_ProviderHangs_CostsItsLimitOnce()
    {
        var hanging = new TaskCompletionSource<string?>();
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var collector = Collector(
            _ =>
            {
                asked.TrySetResult();
                return new ValueTask<string?>(hanging.Task);
            },
            Says("there"));
        var first = collector.CollectAsync(Theirs, null, Cancellation);
        await asked.Task;
        await _time.WaitForTimerAsync(_options.Context.Timeout);
        _time.Advance(_options.Context.Timeout);

        Assert.Equal("there", Assert.Single(await first).Text);

        // No time passes: it is not waited for again while it hangs.
        Assert.Equal("there", Assert.Single(await collector.CollectAsync(Theirs, null, Cancellation)).Text);
        Assert.Contains("P0 took longer than the 2 s", Assert.Single(_log[LogLevel.Warning]), StringComparison.Ordinal);

        hanging.SetResult("back");
        var parts = await collector.CollectAsync(Theirs, null, Cancellation);
        while (parts.Count < 2)
        {
            // The late call takes a moment to end on its own thread.
            parts = await collector.CollectAsync(Theirs, null, Cancellation);
        }

        Assert.Equal("back", parts[0].Text);
    }

    [Fact]
    public async Task CollectAsync_ReplyIsStopped_Throws()
    {
        using var stopping = new CancellationTokenSource();
        var collecting = Collector(_ => new(new TaskCompletionSource<string?>().Task)).CollectAsync(Theirs, null, stopping.Token);
        await stopping.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => collecting);
        Assert.Empty(_log[LogLevel.Warning]);
    }

    [Fact]
    public async Task CollectAsync_Turn_SaysWhoAskedAndWhere()
    {
        ChatTurn? seen = null;
        var anna = new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.Name, "Anna")], "test"));
        var page = new Uri("https://localhost/todos");
        await Collector(turn =>
        {
            seen = turn;
            return new("x");
        }).CollectAsync(Theirs, new Requester(anna, page), Cancellation);

        Assert.Equal((Theirs, "Anna", page, false), (seen!.Conversation, seen.User.Identity!.Name, seen.PageUrl, seen.IsShared));
    }

    [Theory]
    [InlineData("r-kitchen", ConversationScope.PerVisitor, true)]
    [InlineData("shared", ConversationScope.Shared, true)]
    [InlineData("v-anna", ConversationScope.PerVisitor, false)]
    public async Task CollectAsync_Room_IsShared(string conversation, ConversationScope scope, bool shared)
    {
        _options.Conversations = scope;
        bool? seen = null;
        await Collector(turn =>
        {
            seen = turn.IsShared;
            return new("x");
        }).CollectAsync(new ConversationId(conversation), null, Cancellation);

        Assert.Equal(shared, seen);
    }

    [Fact]
    public async Task CollectAsync_EachCall_HasAScopeOfItsOwn()
    {
        _services.AddScoped<Disposable>();
        var seen = new List<Disposable>();
        var collector = Collector(turn =>
        {
            seen.Add(turn.Services.GetRequiredService<Disposable>());
            Assert.False(seen[^1].IsDisposed);
            return new("x");
        });

        await collector.CollectAsync(Theirs, null, Cancellation);
        await collector.CollectAsync(Theirs, null, Cancellation);

        Assert.NotSame(seen[0], seen[1]);
        Assert.All(seen, service => Assert.True(service.IsDisposed));
    }

    private static Func<ChatTurn, ValueTask<string?>> Says(string? text) => _ => new(text);

    private ContextCollector Collector(params Func<ChatTurn, ValueTask<string?>>[] providers) => new(
        providers.Select((provider, index) =>
            new ContextProviderRegistration($"P{index}", null, _ => new DelegateContextProvider((turn, _) => provider(turn)))),
        _services.BuildServiceProvider().GetRequiredService<IServiceScopeFactory>(),
        Microsoft.Extensions.Options.Options.Create(_options),
        _time,
        _log);

    private sealed class Disposable : IDisposable
    {
        public bool IsDisposed { get; private set; }

        public void Dispose() => IsDisposed = true;
    }
}
