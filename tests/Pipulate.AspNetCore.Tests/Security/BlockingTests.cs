using System.Text.RegularExpressions;

namespace Pipulate.Tests.Security;

/// <summary>
/// Nothing in the library waits on a thread for what is not done: where many did, the pool would run out of threads and nobody would be
/// answered.
/// </summary>
public sealed partial class BlockingTests
{
    [Fact]
    [Trait("Row", "F-23")]
    public void Sources_OfTheLibrary_NeverBlockAThreadOnATask()
    {
        var sources = Directory.EnumerateFiles(Path.Combine(Repository.Root, "src"), "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
            .ToList();

        Assert.True(sources.Count > 100);
        Assert.Empty(from file in sources
                     from line in File.ReadLines(file)
                     where Blocking().IsMatch(line)
                     select $"{Path.GetFileName(file)}: {line.Trim()}");
    }

    [Theory]
    [InlineData("var read = store.ReadAsync(key, 1).Result;")]
    [InlineData("task.Wait();")]
    [InlineData("task.Wait(TimeSpan.FromSeconds(1));")]
    [InlineData("task.GetAwaiter().GetResult();")]
    [InlineData("Task.WaitAll(tasks);")]
    [InlineData("Thread.Sleep(10);")]
    public void Blocking_InAnyForm_IsSeen(string line) => Assert.Matches(Blocking(), line);

    [GeneratedRegex(@"\)\.Result\b|\.Wait\(|GetResult\(\)|Task\.Wait(?:All|Any)\(|Thread\.Sleep")]
    private static partial Regex Blocking();
}
