using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;

namespace Pipulate.Tests.Commentary;

public partial class ValueShapesTests
{
    private enum Level
    {
        [Description("not much")]
        Low,
        Mid,
        [Display(Name = "very high")]
        High,
    }

    [Flags]
    private enum Rights
    {
        [Display(Name = "may read")]
        Read = 1,
        Write = 2,
    }

    private sealed class Todo
    {
        public int Id { get; set; } = 7;

        public string Title { get; set; } = "";

        public DateOnly Due { get; set; } = new(2026, 5, 11);

        public decimal Price { get; set; } = 1.50m;

        public int? Days { get; set; }

        public List<Todo> Others { get; } = [];

        public string this[int index] => throw new InvalidOperationException($"{index}");

        public int Private { private get; set; }
    }

    private readonly record struct Point(int X, double Y);

    private sealed class Named(string name)
    {
        public string Name { get; } = name;

        public override string ToString() => $"{Name}!";
    }

    private class Base
    {
        public string Title { get; set; } = "hidden";

        public string Other { get; set; } = "o";
    }

    private sealed class Child : Base
    {
        public new int Title { get; set; }
    }

    /// <summary>Leads back to itself.</summary>
    private sealed class Node
    {
        public string Name { get; } = "n";

        public Node Next => this;
    }

    private sealed class TodoStore;

    private sealed class Cart : List<string>
    {
        public override string ToString() => "a cart";
    }

    private sealed class ReadOnlyMap : IReadOnlyDictionary<string, int>
    {
        private readonly Dictionary<string, int> _map = new() { ["a"] = 1 };

        public int Count => 1;

        public IEnumerable<string> Keys => _map.Keys;

        public IEnumerable<int> Values => _map.Values;

        public int this[string key] => _map[key];

        public bool ContainsKey(string key) => _map.ContainsKey(key);

        public bool TryGetValue(string key, out int value) => _map.TryGetValue(key, out value);

        public IEnumerator<KeyValuePair<string, int>> GetEnumerator() => _map.GetEnumerator();

        System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => _map.GetEnumerator();
    }

    private sealed class CustomResult(string html) : IResult
    {
        public string Html { get; } = html;

        public Task ExecuteAsync(HttpContext httpContext) => Task.CompletedTask;
    }

    private class Login
    {
        [ChatRedact]
        public virtual string Code { get; } = Hidden;
    }

    private sealed class Derived : Login
    {
        public override string Code => Hidden;
    }

    private interface IKeeps
    {
        [ChatRedact]
        string Code { get; }
    }

    private sealed class Keeping : IKeeps
    {
        public string Code => Hidden;
    }

    private sealed record Credentials(string User, [ChatRedact] string Code);

    private sealed record PlainRecord(string User, string Password);

    private sealed class Configured
    {
        public string Name { get; set; } = "";

        public string Password { get; set; } = "";
    }

    private sealed class ReadOnlySecrets : List<KeyValuePair<string, string>>
    {
        public ReadOnlySecrets() => Add(new("password", Hidden));
    }

    private sealed class Ignored
    {
        [JsonIgnore]
        public string Hash { get; } = Hidden;
    }

    private sealed class Broken
    {
        public string Title { get; } = "Milk";

        public string Owner => Title.Length > 0 ? throw new InvalidOperationException("as planned") : "";

        public bool Done { get; } = true;
    }
}
