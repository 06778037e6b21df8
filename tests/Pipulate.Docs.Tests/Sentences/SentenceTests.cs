using System.Globalization;
using Pipulate.Tests;

namespace Pipulate.Docs.Sentences;

/// <summary>Holds sources and pages to plain technical English. What was there before is in a list that may only shrink.</summary>
public sealed class SentenceTests
{
    private const string Update = "PIPULATE_UPDATE";

    private const string ListName = "tests/Pipulate.Docs.Tests/Sentences/SentenceViolations.txt";

    private const string Command = "dotnet test tests/Pipulate.Docs.Tests --filter FullyQualifiedName~SentenceTests";

    private const string ListHead =
        $"""
        # How many sentences of a file are not written as they should be. The numbers may only shrink.
        # Set one to 0 and run this to see what they are: {Command}
        # After a change, and for a conflict in a merge: {Update}=1 {Command}
        """;

    /// <summary>Begin a summary, end in s, and are no verbs.</summary>
    private static readonly HashSet<string> NotVerbs =
    [
        "Always", "As", "Does", "Entries", "Events", "Extensions", "Fragments", "Has", "Hints", "Is", "Its", "Labels", "Limits", "Lines",
        "Messages", "Names", "Numbers", "Options", "Others", "Pages", "Parts", "Perhaps", "Places", "Results", "Rooms", "Rows", "Rules",
        "Sentences", "Settings", "Tags", "Texts", "This", "Times", "Tokens", "Values", "Words", "Yes",
    ];

    private static string ListPath => Path.Combine(Repository.Root, ListName);

    [Fact]
    public void Sentences_OfSourcesAndPages_AreNoWorseThanListed()
    {
        var found = Files()
            .Select(file => (file.Path, Violations: Of(file.Path, file.Lines)))
            .Where(file => file.Violations.Count > 0)
            .ToDictionary(file => file.Path, file => file.Violations);
        var listed = ReadList();
        var more = found.Where(file => file.Value.Count > listed.GetValueOrDefault(file.Key)).OrderBy(file => file.Key).ToList();
        var grown = found.Sum(file => file.Value.Count) > listed.Values.Sum();
        if (Environment.GetEnvironmentVariable(Update) == "1" && !grown)
        {
            // A file that was split or moved may have more than its line says, as long as all files together have not.
            WriteList(found.ToDictionary(file => file.Key, file => file.Value.Count));
            return;
        }

        var stale = listed.Where(file => file.Value > (found.GetValueOrDefault(file.Key)?.Count ?? 0)).Select(file => file.Key).ToList();
        Assert.True(
            more.Count == 0,
            $"Rewrite these sentences (CONTRIBUTING.md says how). Their files have more of them than {ListName} allows. " +
            $"If a file was only moved or split: {Update}=1 {Command}\n" + string.Join('\n', more.SelectMany(file => file.Value)));
        Assert.True(
            stale.Count == 0,
            $"These files are better than listed. Shrink the list: {Update}=1 {Command}\n" + string.Join('\n', stale));
    }

    [Theory]
    [InlineData("The page waits, for it has no cookie.")]
    [InlineData("Rendered before the answer, for a new visitor gets a cookie with it.")]
    [InlineData("It is asked once\nmore.")]
    [InlineData("Who throws the cookie away is a new visitor.")]
    [InlineData("What nobody reads.")]
    [InlineData("The oldest conversation is let go.")]
    public void BannedPhrase_InASentence_IsFound(string text) => Assert.Contains(BannedPhrase.All, phrase => phrase.In(text).Any());

    [Theory]
    [InlineData("Gets the HTML, for a page that is being rendered.")]
    [InlineData("The attribute, for the error.")]
    [InlineData("It waits, for example while a page is loading.")]
    [InlineData("Three minutes, for example, are enough.")]
    [InlineData("Decides who may enter.")]
    [InlineData("Who may enter a shared conversation?")]
    public void BannedPhrase_InAPlainSentence_IsNotFound(string text) =>
        Assert.DoesNotContain(BannedPhrase.All, phrase => phrase.In(text).Any());

    [Theory]
    [InlineData("Gets", true)]
    [InlineData("Decides", true)]
    [InlineData("A", false)]
    [InlineData("Whether", false)]
    [InlineData("Pages", false)]
    [InlineData("What", false)]
    public void Summary_FirstWord_IsAVerbOrNot(string word, bool verb) => Assert.Equal(verb, IsVerb(word));

    private static bool IsVerb(string word) =>
        word.Length > 2 && char.IsUpper(word[0]) && word[^1] == 's' && word.All(char.IsLetter) && !NotVerbs.Contains(word);

    private static List<string> Of(string path, string[] lines)
    {
        var source = path.EndsWith(".cs", StringComparison.Ordinal);
        var phrases =
            from part in source ? Prose.OfSource(lines) : Prose.OfPage(lines)
            from phrase in BannedPhrase.All
            from match in phrase.In(part.Text)
            let line = part.Line + part.Text.AsSpan(0, match.Index).Count('\n')
            select (Line: line, Text: $"{path}({line}): \"{match.Value.ReplaceLineEndings(" ").Trim()}\" → {phrase.Instead}");
        var summaries =
            from summary in source ? Prose.SummariesOf(lines) : []
            let word = summary.FirstWord
            where !IsVerb(word)
            select (summary.Line, Text: $"{path}({summary.Line}): a summary that begins with \"{word}\" → Gets, Sends, Represents, …");
        return [.. phrases.Concat(summaries).OrderBy(one => one.Line).Select(one => one.Text)];
    }

    /// <summary>The changelog has the words of its time, and docs/options.md those of the sources.</summary>
    private static IEnumerable<(string Path, string[] Lines)> Files() =>
        Directory.EnumerateFiles(Path.Combine(Repository.Root, "src"), "*.cs", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(Repository.Root, file).Replace('\\', '/'))
            .Where(file => !file.Split('/').Any(folder => folder is "bin" or "obj" or "node_modules"))
            .Concat(DocsPage.All.Select(page => page.Path).Where(path => path is not ("CHANGELOG.md" or "docs/options.md")))
            .Select(path => (path, File.ReadAllLines(Path.Combine(Repository.Root, path))));

    private static Dictionary<string, int> ReadList() => !File.Exists(ListPath) ? [] : File.ReadLines(ListPath)
        .Where(line => line.Length > 0 && line[0] != '#')
        .Select(line => line.Split(' '))
        .ToDictionary(parts => parts[0], parts => int.Parse(parts[1], CultureInfo.InvariantCulture));

    /// <summary>Writes a line for each file, with an empty one between them, so that git merges changes of neighbours.</summary>
    private static void WriteList(Dictionary<string, int> counts)
    {
        var lines = counts.OrderBy(file => file.Key, StringComparer.Ordinal).Select(file => $"{file.Key} {file.Value}");
        File.WriteAllText(ListPath, string.Join("\n\n", lines.Prepend(ListHead.ReplaceLineEndings("\n"))) + "\n");
    }
}
