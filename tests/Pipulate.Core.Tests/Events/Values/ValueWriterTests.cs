using System.Collections;
using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Collections.ObjectModel;
using System.Dynamic;
using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pipulate.Events;
using Pipulate.Events.Values;

namespace Pipulate.Tests.Events;

/// <summary>Values are written as a person would write them: for the model alike in every culture, for people in theirs.</summary>
public class ValueWriterTests
{
    private static readonly string[] Things = ["Milk", "Eggs"];
    private static readonly string[] Letters = ["a", "b"];
    private static readonly string[] Cultures = ["de-DE", "ar-SA", "th-TH", "fa-IR", "fr-FR", ""];
    private static readonly DateTime Noon = new(2026, 5, 11, 12, 30, 45, 678);

    /// <summary>A value, what the model gets, what a reader in Germany gets.</summary>
    public static TheoryData<object?, string, string> Scalars => new()
    {
        { "Buy 🥛", "\"Buy 🥛\"", "Buy 🥛" },
        { "买牛奶 é <b> 'x' 1+1 & \u007e", "\"买牛奶 é <b> 'x' 1+1 & ~\"", "买牛奶 é <b> 'x' 1+1 & ~" },
        { "a\"b\\c\u007fd", "\"a\\\"b\\\\c d\"", "a\"b\\c d" },
        { 'x', "\"x\"", "x" },
        { '"', "\"\\\"\"", "\"" },
        { new Rune(0x1F95B), "\"🥛\"", "🥛" },
        { "ab".ToCharArray(), "\"ab\"", "ab" },
        { 0.1 + 0.2, "0.3", "0,3" },
        { 0.1f + 0.2f, "0.3", "0,3" },
        { -0.0, "0", "0" },
        { 1234567.25, "1234567.25", "1234567,25" },
        { double.NaN, "NaN", "NaN" },
        { double.NegativeInfinity, "-Infinity", "-∞" },
        { (Half)1.5, "1.5", "1,5" },
        { 1.5f, "1.5", "1,5" },
        { 1234.50m, "1234.50", "1234,50" },
        { -7, "-7", "-7" },
        { ulong.MaxValue, "18446744073709551615", "18446744073709551615" },
        { Int128.MinValue, "-170141183460469231731687303715884105728", "-170141183460469231731687303715884105728" },
        { BigInteger.Pow(10, 30), "1000000000000000000000000000000", "1000000000000000000000000000000" },
        { (int?)5, "5", "5" },
        { true, "true", "true" },
        { null, "null", "" },
        { new DateOnly(2026, 5, 11), "\"2026-05-11\"", "11.05.2026" },
        { new DateTime(2026, 5, 11), "\"2026-05-11\"", "11.05.2026" },
        { Noon, "\"2026-05-11T12:30:45\"", "11.05.2026 12:30" },
        { DateTime.SpecifyKind(Noon, DateTimeKind.Utc), "\"2026-05-11T12:30:45Z\"", "11.05.2026 12:30 UTC" },
        { new DateTimeOffset(Noon, TimeSpan.Zero), "\"2026-05-11T12:30:45Z\"", "11.05.2026 12:30 UTC" },
        { new DateTimeOffset(Noon, TimeSpan.FromHours(2)), "\"2026-05-11T12:30:45+02:00\"", "11.05.2026 12:30 +02:00" },
        { new TimeOnly(9, 5), "\"09:05\"", "09:05" },
        { new TimeOnly(9, 5, 7), "\"09:05:07\"", "09:05:07" },
        { new TimeSpan(1, 2, 3), "\"01:02:03\"", "1:02:03" },
        { TimeSpan.FromTicks(12_345_678), "\"00:00:01.234\"", "0:00:01,234" },
        { TimeSpan.FromDays(10), "\"10.00:00:00\"", "10:0:00:00" },
        { DayOfWeek.Saturday, "\"Saturday\"", "Saturday" },
        { FileAccess.Read | FileAccess.Write, "\"ReadWrite\"", "ReadWrite" },
        { (DayOfWeek)9, "\"9\"", "9" },
        { Guid.Empty, "\"00000000-0000-0000-0000-000000000000\"", "00000000-0000-0000-0000-000000000000" },
        { new Uri("https://ann:secret@example.com/a?b=c"), "\"https://example.com/a?b=c\"", "https://example.com/a?b=c" },
        { new Uri("/a b", UriKind.Relative), "\"/a b\"", "/a b" },
        { new Version(1, 2, 3), "\"1.2.3\"", "1.2.3" },
        { new byte[] { 1, 2, 3 }, "3 bytes", "3 bytes" },
        { new ReadOnlyMemory<byte>([1, 2]), "2 bytes", "2 bytes" },
        { new InvalidOperationException("secret"), "invalid operation exception", "invalid operation exception" },
        { new Action(() => { }), "function", "function" },
        { new object(), "object", "object" },
        { new HTTPTodo_Store(), "http todo store", "http todo store" },
        { Task.FromResult(5), "task", "task" },
    };

    /// <summary>A collection, what the model gets, what people get.</summary>
    public static TheoryData<object, string, string> Collections => new()
    {
        { Things, "\"Milk\", \"Eggs\"", "Milk, Eggs" },
        { new List<string> { "a\", \"b" }, "\"a\\\", \\\"b\"", "a\", \"b" },
        { new List<int> { 1, 2 }, "1, 2", "1, 2" },
        { new HashSet<string> { "a" }, "\"a\"", "a" },
        { new ReadOnlyCollection<string>(["a"]), "\"a\"", "a" },
        { ImmutableArray.Create("a", "b"), "\"a\", \"b\"", "a, b" },
        { ImmutableHashSet.Create(1), "1", "1" },
        { new ConcurrentBag<string> { "a" }, "\"a\"", "a" },
        { new Queue<int>([1]), "1", "1" },
        { new LinkedList<string>(["a"]), "\"a\"", "a" },
        { new ArrayList { "a", 1, null }, "\"a\", 1, null", "a, 1, –" },
        { new BitArray([true]), "true", "true" },
        { Array.Empty<string>(), "none", "none" },
        { new List<string[]> { Letters, Array.Empty<string>() }, "[\"a\", \"b\"], none", "(a, b), none" },
        { new int[2, 2], "0, 0, 0, 0", "0, 0, 0, 0" },
        { Enumerable.Range(1, 17).ToArray(), "1, 2, 3, 4, 5 and 12 more", "1, 2, 3, 4, 5 and 12 more" },
        { new Dictionary<string, int> { ["a\"b"] = 1 }, "{ \"a\\\"b\": 1 }", "a\"b: 1" },
        { new Dictionary<DayOfWeek, DateOnly>
        {
            [DayOfWeek.Monday] = new(2026, 5, 11)
        }, "{ \"Monday\": \"2026-05-11\" }", "Monday: 11.05.2026" },
        { new Dictionary<string, string>(), "none", "none" },
        { new Dictionary<string, string> { ["a"] = "b" }.ToFrozenDictionary(), "{ \"a\": \"b\" }", "a: b" },
        { Expando(), "{ \"title\": \"Milk\", \"tags\": [\"a\"] }", "title: Milk, tags: (a)" },
        { (1, "a"), "1, \"a\"", "1, a" },
        { Tuple.Create("a", 2.5), "\"a\", 2.5", "a, 2,5" },
        { JsonSerializer.Deserialize<JsonElement>(
            """{"a":[1.50,"x",null,true,{"b":{}}]}"""),
                """{ "a": [1.50, "x", null, true, { "b": none }] }""",
                "a: (1,50, x, –, true, (b: none))"
            },
        { JsonNode.Parse("""{"a":["x",2]}""")!, """{ "a": ["x", 2] }""", "a: (x, 2)" },
        { JsonNode.Parse("\"x\"")!, "\"x\"", "x" },
        { JsonDocument.Parse("[1,2]"), "1, 2", "1, 2" },
    };

    [Theory]
    [MemberData(nameof(Scalars))]
    public void Append_Scalar_IsWrittenAsAPersonWould(object? value, string model, string people) => AssertWritten(value, model, people);

    [Theory]
    [MemberData(nameof(Collections))]
    public void Append_Collection_ShowsItsItems(object value, string model, string people) => AssertWritten(value, model, people);

    [Fact]
    public void Append_LazySequence_IsNamedAndNotRead()
    {
        Assert.Equal("sequence", Write(Endless(), quoted: true));
        Assert.Equal("sequence", Write(Things.Where(item => throw new InvalidOperationException("read")), quoted: true));
        Assert.DoesNotContain("<", Write(AsyncEndless(), quoted: false), StringComparison.Ordinal);

        static IEnumerable<int> Endless()
        {
            while (true)
            {
                yield return Throw();
            }
        }

        static async IAsyncEnumerable<int> AsyncEndless()
        {
            await Task.Yield();
            yield return Throw();
        }

        static int Throw() => throw new InvalidOperationException("read");
    }

    [Fact]
    public void Append_CollectionThatHoldsItself_Ends()
    {
        var list = new List<object>();
        list.AddRange([list, list, list, list, list, list]);
        var map = new Dictionary<string, object>();
        map["self"] = map;

        Assert.InRange(Write(list, quoted: true).Length, 1, 2_000);
        Assert.InRange(Write(map, quoted: true).Length, 1, 2_000);
    }

    [Fact]
    public void Append_LongItems_KeepsToTheLimitAndCountsTheRest()
    {
        var text = Write(Enumerable.Repeat(new string('x', 150), 1_000_000).ToArray(), quoted: true);

        Assert.StartsWith("\"xxx", text, StringComparison.Ordinal);
        Assert.EndsWith("…\" and 999998 more", text, StringComparison.Ordinal);
        Assert.InRange(text.Length, 200, 250);
    }

    [Fact]
    public void Append_NumberLongerThanTheLimit_IsACutText() =>
        Assert.Equal("\"10000…\"", Write(BigInteger.Pow(10, 30), quoted: true, longest: 5));

    [Fact]
    public void Append_AnyObjectWithATextOfItsOwn_IsThatText()
    {
        Assert.Equal("\"own \\\"text\\\"\"", Write(new Own(), quoted: true));
        Assert.Equal("own \"text\"", Write(new Own(), quoted: false));
    }

    [Fact]
    [Trait("Row", "S-42")]
    public void Append_RunOfSelectorsOrJoiners_LosesWhatNobodySees()
    {
        Assert.Equal("\"a\uFE0F❤️‍🔥b\"", Write("a\uFE0F\uFE01\uFE02❤️‍🔥b\u3164\u034F", quoted: true));
        Assert.Equal("\"a\u200Db\"", Write("a\u200D\u200C\u200Db", quoted: true));
    }

    [Fact]
    public void Render_ToStringThatLooksAtTheCulture_DoesNotChangeWhatTheModelGets()
    {
        var template = PromptTemplate.Parse("{price}");
        using (new Reader("de-DE"))
        {
            Assert.Equal("\"¤1,234.50\"", template.Render(new One(new Price(1234.5m)), quoted: true, 200));
            Assert.Equal("de-DE", CultureInfo.CurrentCulture.Name);
            Assert.Equal("1.234,50 €", template.Render(new One(new Price(1234.5m)), quoted: false, 200).Replace('\u00A0', ' '));
        }
    }

    [Fact]
    public void Render_ToStringThatThrows_IsUnknownAndReported()
    {
        var values = new One(new Broken());

        Assert.Equal("It is (unknown).", PromptTemplate.Parse("It is {price}.").Render(values, quoted: true, 200));
        Assert.Equal(["price: as planned"], values.Reported);
    }

    private static void AssertWritten(object? value, string model, string people)
    {
        foreach (var culture in Cultures)
        {
            using (new Reader(culture))
            {
                Assert.Equal(model, Write(value, quoted: true));
            }
        }

        using (new Reader("de-DE"))
        {
            Assert.Equal(people, Write(value, quoted: false));
        }
    }

    private static string Write(object? value, bool quoted, int longest = 200)
    {
        var text = new StringBuilder();
        PlaceholderValue.Append(text, value, quoted, longest);
        return text.ToString();
    }

    private static ExpandoObject Expando()
    {
        dynamic expando = new ExpandoObject();
        expando.title = "Milk";
        expando.tags = new[] { "a" };
        return expando;
    }

    private sealed class Reader : IDisposable
    {
        private readonly CultureInfo _before = CultureInfo.CurrentCulture;

        public Reader(string culture) => CultureInfo.CurrentCulture = new CultureInfo(culture, useUserOverride: false);

        public void Dispose() => CultureInfo.CurrentCulture = _before;
    }

    private sealed class One(object value) : IPlaceholderValues
    {
        public List<string> Reported { get; } = [];

        public bool TryGet(string name, out object? found)
        {
            found = value;
            return true;
        }

        public bool TryReport(string name, Exception exception)
        {
            Reported.Add($"{name}: {exception.Message}");
            return true;
        }
    }

    private sealed class Price(decimal amount)
    {
        public override string ToString() => $"{amount:C}";
    }

    private sealed class Own
    {
        public override string ToString() => "own \"text\"";
    }

    private sealed class Broken
    {
        public override string ToString() => throw new InvalidOperationException("as planned");
    }

    private sealed class HTTPTodo_Store;
}
