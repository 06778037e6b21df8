using Pipulate.Events;

namespace Pipulate.Tests.Events;

public class PromptTemplateTests
{
    [Theory]
    [InlineData("nothing to fill in", "nothing to fill in")]
    [InlineData("", "")]
    [InlineData("They deleted {title}.", "They deleted \"Milk\".")]
    [InlineData("{title}{title}", "\"Milk\"\"Milk\"")]
    [InlineData("{todo.Title} and {todo.Sub-Title_1}", "\"dotted\" and \"twice\"")]
    [InlineData("{{title}} is {title}", "{title} is \"Milk\"")]
    [InlineData("{{{title}}}", "{\"Milk\"}")]
    [InlineData("}}{{", "}{")]
    [InlineData("{count} left", "3 left")]
    public void Render_Template_PutsTheValuesIn(string template, string expected) => Assert.Equal(expected, Render(template));

    [Fact]
    [Trait("Row", "S-41")]
    public void Render_ValueThatLooksLikeATemplate_StaysAsItIs()
    {
        Assert.Equal("\"{title} {{ }\" \"Milk\"", Render("{braces} {title}"));
        Assert.Equal("{title} {{ } Milk", Render("{braces} {title}", quoted: false));
    }

    [Fact]
    public void Render_UnknownName_SaysSoAndTellsItOnce()
    {
        var unknown = new List<string>();
        var text = PromptTemplate.Parse("{title} and {other.Name}").Render(new Values(), quoted: true, 200, unknown.Add);

        Assert.Equal("\"Milk\" and (unknown)", text);
        Assert.Equal(["other.Name"], unknown);
    }

    [Fact]
    public void Render_KnownNameWithoutAValue_IsNullAndNotUnknown()
    {
        Assert.Equal("null", Render("{nothing}"));
        Assert.Equal("", Render("{nothing}", quoted: false));
    }

    [Theory]
    [InlineData("abc{title", "position 4")]
    [InlineData("{", "position 1")]
    [InlineData("a}", "position 2")]
    [InlineData("{{title}", "position 8")]
    public void Parse_LoneBrace_ThrowsWithItsPosition(string template, string expected) =>
        Assert.Contains(expected, Assert.Throws<FormatException>(() => PromptTemplate.Parse(template)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("{}")]
    [InlineData("{ title }")]
    [InlineData("{1st}")]
    [InlineData("{a..b}")]
    [InlineData("{a.}")]
    [InlineData("{a{b}")]
    [InlineData("{title:00}")]
    public void Parse_NoName_ThrowsAndShowsIt(string template) =>
        Assert.Contains("no name", Assert.Throws<FormatException>(() => PromptTemplate.Parse(template)).Message, StringComparison.Ordinal);

    [Fact]
    public void Source_Always_IsWhatWasParsed() => Assert.Equal("{a} {{", PromptTemplate.Parse("{a} {{").Source);

    private static string Render(string template, bool quoted = true) => PromptTemplate.Parse(template).Render(new Values(), quoted, 200);

    private sealed class Values : IPlaceholderValues
    {
        public bool TryGet(string name, out object? value)
        {
            value = name switch
            {
                "title" => "Milk",
                "todo.Title" => "dotted",
                "todo.Sub-Title_1" => "twice",
                "count" => 3,
                "braces" => "{title} {{ }",
                _ => null,
            };
            return value is not null || name == "nothing";
        }
    }
}
