using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Net;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Pipulate.Generation;
using Pipulate.Models;
using Pipulate.Telemetry;

namespace Pipulate.Tests.Generation;

public sealed class ModelCallTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly ManualTime _time = new();
    private readonly PipulateMetrics _metrics;

    public ModelCallTests() => _metrics = new PipulateMetrics(_services.GetRequiredService<IMeterFactory>(), _time);

    public void Dispose() => _services.Dispose();

    [Fact]
    public async Task LaterChunks_OfAnAnswerWithATool_AreMeasuredWithoutTheTool()
    {
        var gaps = new List<double>();
        using var listener = new MeterListener();
        listener.SetMeasurementEventCallback<double>((_, value, _, _) => gaps.Add(value));
        listener.EnableMeasurementEvents(_metrics.CallLaterChunk);
        using var client = new ScriptedChatClient();

        using (var call = new ModelCall(_metrics, client, new ChatOptions(), _time))
        {
            await foreach (var update in call.ObserveAsync(UpdatesAsync(), TestContext.Current.CancellationToken))
            {
                Assert.NotNull(update);
            }
        }

        Assert.Equal([2, 0.5, 4], gaps);

        async IAsyncEnumerable<ChatResponseUpdate> UpdatesAsync()
        {
            await Task.CompletedTask;
            yield return After(0);
            yield return After(1, new TextContent("Let"));
            yield return After(2, new TextContent(" me see."));
            yield return After(0.25, new UsageContent());
            yield return After(0.25, new FunctionCallContent("1", "look"));
            yield return After(10, new FunctionResultContent("1", "rain"));
            yield return After(3, new TextContent("It"));
            yield return After(4, new TextContent(" rains."));
        }

        ChatResponseUpdate After(double seconds, params AIContent[] contents)
        {
            _time.Advance(TimeSpan.FromSeconds(seconds));
            return new ChatResponseUpdate(ChatRole.Assistant, contents);
        }
    }

    /// <summary>Shows why ModelCall is not UseOpenTelemetry (decision 13): most of what fails is no failure to the client.</summary>
    [Theory]
    [InlineData(Fault.Hang, "timeout", "System.Threading.Tasks.TaskCanceledException")]
    [InlineData(Fault.NoEnd, "incomplete", null)]
    [InlineData(Fault.ErrorContent, "server_failed", null)]
    [InlineData(Fault.Refusal, "busy", "System.Net.Http.HttpRequestException")]
    [InlineData(Fault.Down, "unreachable", "System.Net.Http.HttpRequestException")]
    public async Task Failure_OfEachKind_IsNamedByUsAndNotByTheClientsTelemetry(Fault fault, string ours, string? theirs)
    {
        var theirSource = $"theirs {Guid.NewGuid()}";
        using var spans = new SpansOfATest(ReplyTracing.SourceName, theirSource);
        using var client = new FaultyClient(fault).AsBuilder().UseOpenTelemetry(sourceName: theirSource).Build();
        using (var call = new ModelCall(_metrics, client, new ChatOptions(), _time))
        {
            var heard = HearAsync(call, client);
            if (fault == Fault.Hang)
            {
                await _time.WaitForTimerAsync(Patience);
                _time.Advance(Patience);
            }

            call.Fail((await Record.ExceptionAsync(() => heard))!, CancellationToken.None);
        }

        await Eventually.TrueAsync(() => spans.Ended == 2);
        Assert.Equal(ours, spans[ReplyTracing.SourceName].GetTagItem("error.type"));
        Assert.Equal(theirs, spans[theirSource].GetTagItem("error.type"));
    }

    private async Task HearAsync(ModelCall call, IChatClient client)
    {
        ChatMessage[] messages = [new(ChatRole.User, "Hello")];
        var updates = StreamGuard.ReadAsync(client, messages, new ChatOptions(), Patience, Patience, _time, CancellationToken.None);
        await foreach (var update in call.ObserveAsync(updates, CancellationToken.None))
        {
            Assert.NotNull(update);
        }
    }

    public enum Fault
    {
        Hang,
        NoEnd,
        ErrorContent,
        Refusal,
        Down,
    }

    private sealed class FaultyClient(Fault fault) : IChatClient
    {
        public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
            IEnumerable<ChatMessage> messages,
            ChatOptions? options = null,
            [EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            switch (fault)
            {
                case Fault.Hang:
                    await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
                    break;
                case Fault.Refusal:
                    throw new HttpRequestException("503", null, HttpStatusCode.ServiceUnavailable);
                case Fault.Down:
                    throw new HttpRequestException(HttpRequestError.ConnectionError, "refused");
                case Fault.ErrorContent:
                    yield return new ChatResponseUpdate(ChatRole.Assistant, [new ErrorContent("It broke.")]);
                    break;
                default:
                    yield return new ChatResponseUpdate(ChatRole.Assistant, "Never");
                    break;
            }
        }

        public Task<ChatResponse> GetResponseAsync(
            IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
            GetStreamingResponseAsync(messages, options, cancellationToken).ToChatResponseAsync(cancellationToken);

        public object? GetService(Type serviceType, object? serviceKey = null) => serviceType.IsInstanceOfType(this) ? this : null;

        public void Dispose()
        {
        }
    }

    /// <summary>The spans that end within one test: other tests of this process use the same source.</summary>
    private sealed class SpansOfATest : IDisposable
    {
        private readonly System.Collections.Concurrent.ConcurrentQueue<Activity> _ended = new();
        private readonly Activity _root = new Activity("test").Start();
        private readonly ActivityListener _listener;

        public SpansOfATest(params string[] sources)
        {
            _listener = new ActivityListener
            {
                ShouldListenTo = source => sources.Contains(source.Name),
                Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
                ActivityStopped = Note,
            };
            ActivitySource.AddActivityListener(_listener);
        }

        public int Ended => _ended.Count;

        public Activity this[string source] => _ended.Single(span => span.Source.Name == source);

        public void Dispose()
        {
            _listener.Dispose();
            _root.Dispose();
        }

        private void Note(Activity span)
        {
            if (span.TraceId == _root.TraceId)
            {
                _ended.Enqueue(span);
            }
        }
    }
}
