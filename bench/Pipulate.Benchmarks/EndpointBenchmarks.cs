using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Pipulate.Benchmarks;

/// <summary>What the middleware costs a request that nobody comments on.</summary>
[MemoryDiagnoser]
[Config(typeof(Config))]
public class EndpointBenchmarks : IAsyncDisposable
{
    private readonly Endpoint _unmarked = Pipelines.Endpoint(new HttpMethodMetadata(["POST"]));
    private readonly Pipelines _pipelines = new();

    [GlobalCleanup]
    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return _pipelines.DisposeAsync();
    }

    [Benchmark(Baseline = true, Description = "without the middleware")]
    public Task Without() => _pipelines.Ask(_pipelines.Bare, _unmarked);

    [Benchmark(Description = "with it, no metadata")]
    public Task Unmarked() => _pipelines.Ask(_pipelines.Watched, _unmarked);

    /// <summary>In process, because a generated project would be built under this repository's own build rules.</summary>
    private sealed class Config : BenchmarkDotNet.Configs.ManualConfig
    {
        public Config() => AddJob(Job.ShortRun.WithToolchain(InProcessEmitToolchain.Instance).WithWarmupCount(10).WithIterationCount(10));
    }
}
