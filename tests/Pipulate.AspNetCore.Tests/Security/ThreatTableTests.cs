using System.Text.RegularExpressions;

namespace Pipulate.Tests.Security;

/// <summary>
/// The tables of threats and faults in the docs: every row is there, and every test that a row names exists and carries the row's id.
/// </summary>
public sealed partial class ThreatTableTests
{
    private const string Trait = "Row";
    private const string NotShown = "not shown yet";

    private static readonly Lazy<IReadOnlyDictionary<string, HashSet<string>>> Tests = new(ReadTests);

    private static readonly string[] Threats =
        [.. Numbers("S", 1, 26), "S-08b", "S-20b", .. Numbers("S", 30, 38), .. Numbers("S", 40, 57)];

    private static readonly string[] Faults = [.. Numbers("F", 1, 28)];

    public static TheoryData<string, string[]> Tables => new() { { "threats.md", Threats }, { "faults.md", Faults } };

    [Theory, MemberData(nameof(Tables))]
    public void Table_OfRows_HasEachOfThemOnce(string file, string[] rows) =>
        Assert.Equal(rows.Order(StringComparer.Ordinal), Rows(file).Select(row => row.Id).Order(StringComparer.Ordinal));

    [Theory, MemberData(nameof(Tables))]
    public void Table_TestsThatItNames_ExistAndCarryTheRow(string file, string[] rows)
    {
        Assert.NotEmpty(rows);
        var wrong = from row in Rows(file)
                    from test in row.Tests
                    where !Tests.Value.TryGetValue(test, out var carried) || !carried.Contains(row.Id)
                    select Tests.Value.ContainsKey(test)
                        ? $"{test} does not carry {row.Id}"
                        : $"{row.Id} names {test}, which does not exist";

        Assert.Empty(wrong);
    }

    [Fact]
    public void Threats_EachOfThem_IsShownByATest() =>
        Assert.Empty(Rows("threats.md").Where(row => row.Tests.Count == 0).Select(row => row.Id));

    /// <summary>A fault for which there is no test yet says so, and where there is one it does not.</summary>
    [Fact]
    public void Faults_WithoutATest_SaySo() =>
        Assert.All(
            Rows("faults.md"), row => Assert.True((row.Tests.Count == 0) == row.Text.Contains(NotShown, StringComparison.Ordinal), row.Id));

    [Fact]
    public void Traits_OfTests_StandInTheTables()
    {
        var named = (from row in Rows("threats.md").Concat(Rows("faults.md"))
                     from test in row.Tests
                     select $"{row.Id} {test}").ToHashSet();

        Assert.Empty(from test in Tests.Value
                     from row in test.Value
                     where !named.Contains($"{row} {test.Key}")
                     select $"{row} {test.Key}");
    }

    [Fact]
    public void Promises_OfTheDocs_NameTestsThatAreThere()
    {
        var classes = Tests.Value.Keys.Select(test => test[..test.IndexOf('.', StringComparison.Ordinal)]).ToHashSet();
        var page = Path.Combine(Repository.Root, "docs", "reliability.md");
        var promises = File.ReadLines(page).Where(line => Promise().IsMatch(line)).ToList();

        Assert.Equal(Enumerable.Range(1, 7).Select(number => $"P{number}"), promises.Select(line => line[2..4]));
        Assert.All(promises, line => Assert.NotEmpty(ClassName().Matches(line)));
        Assert.Empty(promises.SelectMany(line => ClassName().Matches(line)).Select(name => name.Groups[1].Value).Except(classes));
    }

    private static IEnumerable<string> Numbers(string letter, int first, int last) =>
        Enumerable.Range(first, last - first + 1).Select(number => $"{letter}-{number:00}");

    private static List<(string Id, string Text, IReadOnlyList<string> Tests)> Rows(string file) =>
    [
        .. File.ReadLines(Path.Combine(Repository.Root, "docs", file))
            .Select(line => (Row: Row().Match(line), Line: line))
            .Where(line => line.Row.Success)
            .Select(line => (
                line.Row.Groups[1].Value,
                line.Line,
                (IReadOnlyList<string>)[.. TestName().Matches(line.Line).Select(test => test.Groups[1].Value)])),
    ];

    /// <summary>
    /// The tests of all projects, by their sources, for not all of them are loaded here: their traits by class and method.
    /// </summary>
    private static Dictionary<string, HashSet<string>> ReadTests()
    {
        var tests = new Dictionary<string, HashSet<string>>();
        foreach (var file in Directory.EnumerateFiles(Path.Combine(Repository.Root, "tests"), "*.cs", SearchOption.AllDirectories))
        {
            var type = "";
            var traits = new HashSet<string>();
            foreach (var line in File.ReadLines(file))
            {
                if (Class().Match(line) is { Success: true } declared)
                {
                    type = declared.Groups[1].Value;
                    traits.Clear();
                }
                else if (Method().Match(line) is { Success: true } method)
                {
                    tests[$"{type}.{method.Groups[1].Value}"] = [.. traits];
                    traits.Clear();
                }
                else if (RowTrait().Match(line) is { Success: true } trait)
                {
                    Assert.Equal(Trait, trait.Groups[1].Value);
                    traits.Add(trait.Groups[2].Value);
                }
            }
        }

        return tests;
    }

    [GeneratedRegex(@"^\| ([SF]-[0-9]+b?) \|")]
    private static partial Regex Row();

    [GeneratedRegex(@"`([A-Z]\w+(?:Tests|Contract)\.\w+)`")]
    private static partial Regex TestName();

    [GeneratedRegex(@"^\| P[0-9] \|")]
    private static partial Regex Promise();

    [GeneratedRegex(@"`(\w+Tests)`")]
    private static partial Regex ClassName();

    [GeneratedRegex(@"^(?:public|internal) .*class (\w+)")]
    private static partial Regex Class();

    [GeneratedRegex(@"^    public (?:static )?(?:async )?(?:Task|ValueTask|void) (\w+)\(")]
    private static partial Regex Method();

    [GeneratedRegex(@"^    \[Trait\(""(\w+)"", ""([^""]+)""\)\]")]
    private static partial Regex RowTrait();
}
