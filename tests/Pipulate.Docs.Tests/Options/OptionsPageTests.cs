using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Pipulate.Tests;

namespace Pipulate.Docs.Options;

/// <summary>docs/options.md is written from the XML documentation; the other pages name no setting that does not exist.</summary>
public sealed partial class OptionsPageTests
{
    private const string Update = "PIPULATE_UPDATE";

    private static string PagePath => Path.Combine(Repository.Root, "docs", "options.md");

    [Fact]
    public async Task Page_OfAllOptions_SaysWhatTheXmlDocumentationSays()
    {
        var written = Write();
        if (Environment.GetEnvironmentVariable(Update) == "1")
        {
            await File.WriteAllTextAsync(PagePath, written, TestContext.Current.CancellationToken);
        }

        Assert.True(
            File.Exists(PagePath) && await File.ReadAllTextAsync(PagePath, TestContext.Current.CancellationToken) == written,
            $"docs/options.md is not what the XML documentation of the options says. Write it anew with: {Update}=1 dotnet test tests/Pipulate.Docs.Tests");
    }

    [Fact]
    public void Option_EachOfThem_HasASummaryAndItsDefault() =>
        Assert.All(OptionKey.All, key =>
        {
            Assert.NotEmpty(XmlDocs.Summary(key.Property));
            Assert.NotEmpty(XmlDocs.Value(key.Property));
        });

    [Fact]
    public void Default_ThatTheDocumentationStates_IsTheOneInForce()
    {
        var options = new PipulateOptions();

        Assert.All(
            OptionKey.All, key => Assert.StartsWith(Spell(key.ReadFrom(options)), XmlDocs.Value(key.Property), StringComparison.Ordinal));
    }

    [Fact]
    public void Key_WhereverAPageNamesOne_Exists()
    {
        var known = OptionKey.All.SelectMany(key => (string[])[key.Name, $"Pipulate:{key.Name}"]).ToHashSet();
        var groups =
            OptionKey.All.Select(key => key.Name.Split(':')).Where(parts => parts.Length == 2).Select(parts => parts[0]).ToHashSet();

        Assert.Empty(from page in DocsPage.All
                     where page.Path is not "CHANGELOG.md"
                     from name in page.Names
                     let key = Key().Match(name)
                     where key.Success && (key.Groups[1].Success || groups.Contains(key.Groups[2].Value))
                     let asked = (key.Groups[1].Value + key.Groups[2].Value + key.Groups[3].Value).TrimEnd(':')
                     where !known.Contains(asked)
                         && !known.Contains(asked[..asked.LastIndexOf(':')])
                         && !groups.Contains(asked.Replace("Pipulate:", "", StringComparison.Ordinal))
                     select $"{page.Path}: {name}");
    }

    /// <summary>How the documentation begins that states such a default. Longer texts it may describe.</summary>
    private static string Spell(object? value) => "The default is " + value switch
    {
        null or string { Length: 0 } => "",
        string => "a ",
        bool flag => flag ? "`true`" : "`false`",
        Enum one => $"`{one.GetType().Name}.{one}`",
        TimeSpan { Ticks: 0 } => "zero",
        TimeSpan { TotalSeconds: < 1 } time => $"{time.TotalMilliseconds:0} milliseconds",
        TimeSpan { TotalMinutes: <= 1 } time => $"{time.TotalSeconds:0} seconds",
        TimeSpan time => $"{time.TotalMinutes:0} minutes",
        IFormattable number => number.ToString("#,0.###", CultureInfo.InvariantCulture),
        IEnumerable<string> names => string.Join(", ", names.Take(1).Select(name => $"`{name}`")),
        _ => "",
    };

    private static string Write()
    {
        var page = new StringBuilder(
            """
            # Options

            Section `Pipulate` of the configuration (`appsettings.json`, environment variables such as `Pipulate__Limits__Send`, the command line), or `AddPipulate(options => …)`, which is applied after it. Times are
            written as `00:00:30`. A wrong or unknown key stops the host at start and is named. This page is written from the XML documentation of the options (`PipulateOptions`).

            """);
        foreach (var group in OptionKey.All.GroupBy(key => key.Name.Contains(':', StringComparison.Ordinal) ? key.Name.Split(':')[0] : ""))
        {
            page.Append('\n').Append(group.Key.Length == 0 ? "## Pipulate" : $"## Pipulate:{group.Key}").Append(
                "\n\n| key | what | default, and what may stand there |\n|---|---|---|\n");
            foreach (var key in group)
            {
                page.Append("| `").Append(key.Name).Append("` | ").Append(Begin(XmlDocs.Summary(key.Property))).Append(
                    Further(XmlDocs.Remarks(key.Property))).Append(" | ").Append(Short(XmlDocs.Value(key.Property))).Append(" |\n");
            }
        }

        return page.ToString();
    }

    /// <summary>"Gets or sets how long …" is, in a table, "How long …".</summary>
    private static string Begin(string summary)
    {
        var text = Getter().Replace(summary, "");
        return char.ToUpperInvariant(text[0]) + text[1..];
    }

    private static string Further(string remarks) => remarks.Length == 0 ? "" : " " + remarks;

    private static string Short(string value) =>
        value.StartsWith("The default is ", StringComparison.Ordinal) ? value["The default is ".Length..] : value;

    [GeneratedRegex("^Gets (or sets )?")]
    private static partial Regex Getter();

    [GeneratedRegex(@"^(Pipulate:)?([A-Z]\w+)(:[A-Z][\w:]*)(\s*=.*)?$")]
    private static partial Regex Key();
}
