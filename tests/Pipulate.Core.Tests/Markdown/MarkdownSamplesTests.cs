using System.Text;
using Pipulate.Markdown;

namespace Pipulate.Tests.Markdown;

/// <summary>
/// Holds what models write, in every script, to what a reader expects. It is streamed in every chunking by <see cref="MarkdownCorpus"/>.
/// </summary>
public class MarkdownSamplesTests
{
    private const string Rel = " rel=\"noopener noreferrer nofollow\" target=\"_blank\"";

    public static TheoryData<string, string> Emphasis { get; } = Data(MarkdownSamples.Emphasis);

    public static TheoryData<string, string> Links { get; } = Data(MarkdownSamples.Links);

    public static TheoryData<string, string> Tables { get; } = Data(MarkdownSamples.Tables);

    public static TheoryData<string, string> Footnotes { get; } = Data(MarkdownSamples.Footnotes);

    public static TheoryData<string, string> Formulas { get; } = Data(MarkdownSamples.Formulas);

    public static TheoryData<string, string> Others { get; } = Data(MarkdownSamples.Others);

    [Theory, MemberData(nameof(Emphasis))]
    public void Render_EmphasisInAnyScript_IsEmphasis(string text, string html) => Assert.Equal(html, Render(text));

    [Theory, MemberData(nameof(Links))]
    public void Render_BareAddress_EndsWhereAReaderEndsIt(string text, string html) => Assert.Equal(html, Render(text));

    [Theory, MemberData(nameof(Tables))]
    public void Render_Table_KeepsAlignmentCellsAndNeighbours(string text, string html) => Assert.Equal(html, Render(text));

    [Theory, MemberData(nameof(Footnotes))]
    public void Render_Footnote_StaysWhereItStands(string text, string html) => Assert.Equal(html, Render(text));

    [Theory, MemberData(nameof(Formulas))]
    public void Render_Formula_KeepsItsSource(string text, string html) => Assert.Equal(html, Render(text));

    [Theory, MemberData(nameof(Others))]
    public void Render_WhatModelsWrite_IsReadable(string text, string html) => Assert.Equal(html, Render(text));

    private static TheoryData<string, string> Data(IReadOnlyList<(string Markdown, string Html)> samples) =>
        [.. samples.Select(sample => new TheoryDataRow<string, string>(sample.Markdown, sample.Html))];

    private static string Render(string text) =>
        Encoding.UTF8.GetString(MarkdownHtml.Render(text).Span).Replace(Rel, "", StringComparison.Ordinal);
}
