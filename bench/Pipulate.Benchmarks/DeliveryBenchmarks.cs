using System.Buffers;
using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Pipulate.Conversations;
using Pipulate.Conversations.Entries;
using Pipulate.Rendering;

namespace Pipulate.Benchmarks;

/// <summary>
/// What a token costs from the conversation to the frames of the pages: its encoding once, and the frame for each page. What the network
/// costs is Pipulate.Load's to say.
/// </summary>
[MemoryDiagnoser]
[Config(typeof(Config))]
public class DeliveryBenchmarks
{
    private readonly PanelStatus _status = new();
    private readonly ArrayBufferWriter<byte> _frame = new(64 * 1024);
    private Conversation _conversation = null!;
    private ConversationEntry _entry = null!;
    private PanelCursor[] _pages = [];

    /// <summary>How many pages look.</summary>
    [Params(1, 100, 1000)]
    public int Pages { get; set; }

    /// <summary>
    /// A new conversation for each iteration, for an entry keeps what is put into it: fifty entries, the last of them growing.
    /// </summary>
    [IterationSetup]
    public void Begin()
    {
        _conversation = new Conversation(new ConversationId("c"), TimeProvider.System);
        for (var i = 0; i < 49; i++)
        {
            _conversation.AddMessage(
                i % 2 == 0 ? EntryRole.User : EntryRole.Assistant, "One remark, \"forty\" words at most, of <which> this has some.");
        }

        _entry = _conversation.BeginMessage();
        _pages = [.. Enumerable.Range(0, Pages).Select(_ => new PanelCursor(_conversation, _status))];
        Round();
    }

    [Benchmark(Description = "a token, encoded and as a frame for each page")]
    public void Round()
    {
        _conversation.Append(_entry, "word ");
        foreach (var page in _pages)
        {
            _frame.ResetWrittenCount();
            page.Write(_frame);
        }
    }

    [Benchmark(Description = "the snapshot of fifty entries for each page")]
    public void Snapshot()
    {
        for (var i = 0; i < Pages; i++)
        {
            _frame.ResetWrittenCount();
            new PanelCursor(_conversation, _status).Write(_frame);
        }
    }

    /// <summary>In process, because a generated project would be built under this repository's own build rules.</summary>
    private sealed class Config : BenchmarkDotNet.Configs.ManualConfig
    {
        public Config() => AddJob(Job.ShortRun.WithToolchain(InProcessEmitToolchain.Instance)
            .WithInvocationCount(64).WithUnrollFactor(16).WithWarmupCount(10).WithIterationCount(15));
    }
}
