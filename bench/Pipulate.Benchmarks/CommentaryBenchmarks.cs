using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Microsoft.AspNetCore.Http;
using Pipulate.Commentary;

namespace Pipulate.Benchmarks;

/// <summary>
/// What commentary costs the request that is commented on: the choice, the visitor, the template, and the entry in the conversation.
/// A new visitor for each round of 16,384 requests, because a conversation keeps what is put into it.
/// </summary>
[MemoryDiagnoser]
[Config(typeof(Config))]
public class CommentaryBenchmarks : IAsyncDisposable
{
    private const string Three = "They moved {title} from {from} to {to}.";

    private readonly Endpoint _note = Pipelines.Endpoint(new ChatCommentaryAttribute(Three) { Lane = ChatLane.Note });
    private readonly Endpoint _comment = Pipelines.Endpoint(new ChatCommentaryAttribute(Three));
    private readonly Endpoint _code = Pipelines.Endpoint(new CommentaryConvention
    {
        On = CommentaryOutcome.Success,
        Text = context => ValueTask.FromResult<string?>($"They moved {context.Quote(context["title"])}."),
    });

    private readonly Endpoint _silent = Pipelines.Endpoint(new ChatCommentaryAttribute(Three) { On = CommentaryOutcome.Failure });
    private readonly Pipelines _pipelines = new();

    [IterationSetup]
    public void WelcomeSomebody() => _pipelines.WelcomeSomebody();

    [GlobalCleanup]
    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return _pipelines.DisposeAsync();
    }

    [Benchmark(Description = "metadata for another outcome")]
    public Task Silent() => _pipelines.Ask(_pipelines.Watched, _silent);

    [Benchmark(Description = "Note, three placeholders")]
    public Task Note() => _pipelines.Ask(_pipelines.Watched, _note);

    [Benchmark(Description = "Comment, three placeholders")]
    public Task Comment() => _pipelines.Ask(_pipelines.Watched, _comment);

    [Benchmark(Description = "Comment in code, one value")]
    public Task Code() => _pipelines.Ask(_pipelines.Watched, _code);

    /// <summary>In process, because a generated project would be built under this repository's own build rules.</summary>
    private sealed class Config : BenchmarkDotNet.Configs.ManualConfig
    {
        public Config() => AddJob(Job.ShortRun.WithToolchain(InProcessEmitToolchain.Instance)
            .WithInvocationCount(16_384).WithUnrollFactor(16).WithWarmupCount(20).WithIterationCount(20));
    }
}
