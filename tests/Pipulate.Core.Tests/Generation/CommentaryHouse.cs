using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Pipulate.Context;
using Pipulate.Conversations;
using Pipulate.Generation;
using Pipulate.Rendering;
using Pipulate.Storage;
using Pipulate.Telemetry;
using Pipulate.Tests.Storage;

namespace Pipulate.Tests.Generation;

/// <summary>Everything from the queue to the conversation, around a scripted model and a clock that stands.</summary>
internal sealed class CommentaryHouse : IAsyncDisposable
{
    private ReplyScheduler? _commentator;

    public ManualTime Time { get; } = new();

    /// <summary>The defaults, but for the pause before a comment: tests of it set it.</summary>
    public PipulateOptions Options { get; } = new() { Schedule = { Debounce = TimeSpan.Zero } };

    /// <summary>What the draws give, for a chance between never and always.</summary>
    public ScriptedRandom Random { get; } = new();

    public RecordedMeter Meter { get; } = new();

    public ScriptedChatClient Client { get; } = new();

    /// <summary>What the model's server says when it is asked how it is.</summary>
    public ScriptedProbe Probe { get; } = new();

    /// <summary>The application's own reducer, if it has one.</summary>
    public IChatReducer? Reducer { get; set; }

    public RecordedLog<ReplyGenerator> GenerationLog { get; } = new();

    public RecordedLog<RequestBuilder> RequestLog { get; } = new();

    public PanelStatus Status { get; } = new();

    /// <summary>How long the demo voice waits before each word.</summary>
    public TimeSpan WordDelay { get; set; }

    public ConversationCache Conversations => field ??= TestStorage.CreateCache(Time, ConversationStorage);

    private ConversationStorage ConversationStorage => field ??= TestStorage.CreateIdle(Time);

    public ChatQueue Queue => field ??= new ChatQueue(
        Conversations,
        Schedule,
        Typist,
        Metrics,
        Microsoft.Extensions.Options.Options.Create(Options),
        Coordinator,
        LocalReplyCoordination.Instance,
        NullLogger<ChatQueue>.Instance);

    public CommentPolicy Schedule => field ??= new CommentPolicy(
        Microsoft.Extensions.Options.Options.Create(Options), Time, Random, LocalReplyCoordination.Instance);

    private ReplyCoordinator Coordinator => field ??= new ReplyCoordinator(
        ConversationStorage, Time, NullLogger<ReplyCoordinator>.Instance);

    private TextPacer Typist => field ??= new TextPacer(Options.TypingDelay, Time, CancellationToken.None);

    private PipulateMetrics Metrics => field ??= new PipulateMetrics(Meter, Time);

    /// <summary>Gets the providers of the application's context.</summary>
    public List<Func<ChatTurn, ValueTask<string?>>> ContextProviders { get; } = [];

    private TurnContext TurnContext
    {
        get
        {
            var scopes = new ServiceCollection().BuildServiceProvider().GetRequiredService<IServiceScopeFactory>();
            var options = Microsoft.Extensions.Options.Options.Create(Options);
            var providers = ContextProviders.Select((provider, index) =>
                new ContextProviderRegistration($"P{index}", null, _ => new DelegateContextProvider((turn, _) => provider(turn))));
            var collector = new ContextCollector(providers, scopes, options, Time, NullLogger<ContextCollector>.Instance);
            return new TurnContext(collector, scopes, options, NullLogger<TurnContext>.Instance);
        }
    }

    public Conversation this[string id] => Conversations.Get(new ConversationId(id));

    public async Task StartAsync()
    {
        var options = Microsoft.Extensions.Options.Options.Create(Options);
        var model = Probe.Of(Client);
        var watch = new ModelHealth(model, Status, options, Time, NullLogger<ModelHealth>.Instance);
        var contexts = new ContextWindows(model, options, Reducer);
        var requests = new RequestBuilder(contexts, TurnContext, Metrics, options, Time, RequestLog);
        var writer = new ReplyWriter(model, new DemoChatClient(WordDelay, Time), watch, contexts, Typist, Metrics, options, Time);
        _commentator = new ReplyScheduler(
            Queue,
            Schedule,
            new ReplyGenerator(model, watch, requests, writer, options, Time, GenerationLog),
            Coordinator,
            new GenerationLimiter(Options.Limits.Generations),
            Metrics,
            Time,
            NullLogger<ReplyScheduler>.Instance);
        await _commentator.StartAsync(TestContext.Current.CancellationToken);
    }

    public Task StopAsync() =>
        _commentator!.StopAsync(TestContext.Current.CancellationToken).WaitAsync(TestTime.Timeout, TestContext.Current.CancellationToken);

    /// <summary>Something happens on a page that is open, or will be in a moment.</summary>
    public ValueTask Happen(string conversation, string text, ChatLane lane = ChatLane.Comment, string? kind = null)
    {
        this[conversation].Viewers.ExpectViewer();
        return HappenUnseen(conversation, text, lane, kind);
    }

    /// <summary>Something happens, wherever the pages are.</summary>
    public ValueTask HappenUnseen(string conversation, string text, ChatLane lane = ChatLane.Comment, string? kind = null) =>
        Queue.EnqueueAsync(
            new ChatEvent(new ConversationId(conversation), text) { Lane = lane, Kind = kind }, TestContext.Current.CancellationToken);

    public void Type(string conversation, string text, string? messageId = null) =>
        Queue.AddUserMessage(new ConversationId(conversation), text, messageId);

    public async ValueTask DisposeAsync()
    {
        if (_commentator is not null)
        {
            await StopAsync();
            _commentator.Dispose();
        }
    }
}
