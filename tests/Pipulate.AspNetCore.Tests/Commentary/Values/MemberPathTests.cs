using System.Dynamic;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pipulate.Commentary;
using Pipulate.Events;
using Pipulate.Events.Values;

namespace Pipulate.Tests.Commentary;

public class MemberPathTests
{
    public static TheoryData<object, string, object?> Known => new()
    {
        { new Child(), "Title", 3 },
        { new Child(), "title", 3 },
        { new Child(), "Other", "o" },
        { new Cases(), "name", "small" },
        { new Cases(), "Name", "big" },
        { new Cases(), "NAME", "big" },
        { new Explicit(), "Title", "explicit" },
        { new { Owner = new { Name = "Ann" } }, "Owner.Name", "Ann" },
        { new { Owner = (string?)null }, "Owner.Length", null },
        { Expando(), "title", "Milk" },
        { Expando(), "Title", "Milk" },
        { new Dictionary<string, int> { ["a"] = 1 }, "a", 1 },
        { new Dictionary<string, int> { ["a"] = 1 }, "Count", 1 },
        { (1, "b"), "Item2", "b" },
        { JsonNode.Parse("""{"a":{"b":"c"}}""")!, "a.b", "c" },
        { Task.FromResult("x"), "Result.Length", 1 },
        { "four", "Length", 4 },
        { new DateOnly(2026, 5, 11), "Year", 2026 },
    };

    [Theory]
    [MemberData(nameof(Known))]
    public void TryRead_NameThatIsThere_GivesItsValue(object target, string path, object? expected)
    {
        Assert.True(MemberPath.TryRead(target, path, out var value));
        Assert.Equal(expected, value is JsonNode node ? node.ToString() : value);
    }

    [Fact]
    public void TryRead_JsonElement_IsReadByItsKeys()
    {
        Assert.True(MemberPath.TryRead(JsonSerializer.Deserialize<JsonElement>("""{"a":{"B":"c"}}"""), "a.b", out var value));
        Assert.Equal("c", ((JsonElement)value!).GetString());
    }

    [Theory]
    [InlineData("Nothing")]
    [InlineData("Item")]
    [InlineData("Private")]
    [InlineData("Span")]
    [InlineData("Field")]
    [InlineData("Shared")]
    public void TryRead_NameThatIsNotThere_GivesNothing(string name)
    {
        Assert.False(MemberPath.TryRead(new Odd(), name, out var value));
        Assert.Null(value);
    }

    [Fact]
    public void TryRead_TaskThatHasNotEnded_IsNotWaitedFor() =>
        Assert.False(MemberPath.TryRead(new TaskCompletionSource<int>().Task, "Result", out _));

    [Fact]
    public void TryRead_PropertyThatIsMarked_GivesNothingBehindIt()
    {
        Assert.True(MemberPath.TryRead(new Keeping(), "Code.Length", out var value));
        Assert.Same(RedactedValue.Instance, value);
    }

    private static ExpandoObject Expando()
    {
        dynamic expando = new ExpandoObject();
        expando.title = "Milk";
        return expando;
    }

    private class Base
    {
        public string Title { get; } = "hidden";

        public string Other { get; } = "o";
    }

    private sealed class Child : Base
    {
        public new int Title { get; } = 3;
    }

    private sealed class Cases
    {
        public string Name { get; } = "big";

#pragma warning disable IDE1006 // Two names that differ in case are what this is about.
        public string name { get; } = "small";
#pragma warning restore IDE1006
    }

    public interface ITitled
    {
        string Title { get; }
    }

    private sealed class Explicit : ITitled
    {
        string ITitled.Title => "explicit";
    }

    public interface IKeeps
    {
        [ChatRedact]
        string Code { get; }
    }

    private sealed class Keeping : IKeeps
    {
        public string Code => "hunter2";
    }

    private sealed class Odd
    {
#pragma warning disable CS0649, CA1051, CA1822 // What is no property that can be read is what this is about.
        public string? Field;

        public static string Shared => "x";

        public string this[int index] => $"{index}";

        public int Private { private get; set; }

        public ReadOnlySpan<char> Span => "x";
#pragma warning restore CS0649, CA1051, CA1822
    }
}
