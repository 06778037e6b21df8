using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Pipulate.Commentary;
using Pipulate.Events;

namespace Pipulate.Benchmarks;

/// <summary>What it costs to put values into a template.</summary>
[MemoryDiagnoser]
[Config(typeof(Config))]
public class TemplateBenchmarks
{
    private const string Source = "They moved {title} from {from} to {to}. One remark, 40 words at most.";

    private readonly PromptTemplate _template = PromptTemplate.Parse(Source);
    private readonly PromptTemplate _dotted = PromptTemplate.Parse("They moved {todo.Title} for the {todo.Times}th time.");
    private readonly Values _values = new(new Todo("The long way home", 7));

    [Benchmark(Description = "parse")]
    public object Parse() => PromptTemplate.Parse(_template.Source);

    [Benchmark(Description = "render, quoted")]
    public string Quoted() => _template.Render(_values, quoted: true, 200);

    [Benchmark(Description = "render, plain")]
    public string Plain() => _template.Render(_values, quoted: false, 200);

    [Benchmark(Description = "render, dotted paths")]
    public string Dotted() => _dotted.Render(_values, quoted: true, 200);

    private sealed record Todo(string Title, int Times);

    private sealed class Values(Todo todo) : IPlaceholderValues
    {
        public bool TryGet(string name, out object? value)
        {
            value = todo;
            if (name.StartsWith("todo.", StringComparison.Ordinal))
            {
                return MemberPath.TryRead(todo, name.AsSpan(5), out value);
            }

            value = name switch { "title" => todo.Title, "from" => "Monday", _ => "Friday" };
            return true;
        }
    }

    /// <summary>In process, because a generated project would be built under this repository's own build rules.</summary>
    private sealed class Config : BenchmarkDotNet.Configs.ManualConfig
    {
        public Config() => AddJob(Job.ShortRun.WithToolchain(InProcessEmitToolchain.Instance).WithIterationCount(5));
    }
}
