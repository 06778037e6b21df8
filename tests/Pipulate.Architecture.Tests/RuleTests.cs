using Pipulate.Architecture.Rooms;
using Pipulate.Architecture.Rules;
using Pipulate.Architecture.Sources;

namespace Pipulate.Architecture;

/// <summary>Tests that the rules find what they are for: a rule that finds nothing would hold everywhere.</summary>
public sealed class RuleTests
{
    private static readonly Package Small =
        new("Small", new Room("Low", "below"), new Room("Low/Deep", "deeper"), new Room("High", "above", "Low"));

    private const string Lamp = "namespace A; internal sealed class Lamp { public static int Watts => 60; }";

    [Theory]
    [InlineData("Low/Wall.cs", "namespace A; class Wall { Lamp? _lamp; }", "reference: Small/Low → High: Lamp")]
    [InlineData("Low/Wall.cs", "using static A.Lamp; namespace A; class Wall { int W => Watts; }", "reference: Small/Low → High: Lamp")]
    [InlineData("Low/Deep/Wall.cs", "namespace A; class Wall { object W => new Lamp(); }", "reference: Small/Low/Deep → High: Lamp")]
    [InlineData("High/Wall.cs", "namespace A; class Wall { int W => Lamp.Watts; }", null)]
    [InlineData("Low/Wall.cs", "namespace A; /// <summary><see cref=\"Lamp\"/></summary>\ninternal class Wall;", null)]
    [InlineData("Attic/Wall.cs", "namespace A; class Wall { int W => Lamp.Watts; }", null)]
    public void ReferenceRule_FileThatNamesAType_SaysWhatIsForbidden(string path, string text, string? expected) =>
        Assert.Equal(expected, ReferenceRule.Check(Compile((path, text))).SingleOrDefault()?.Key);

    [Theory]
    [InlineData("Attic/Wall.cs", "class Wall;", "no room: src/Small/Attic/Wall.cs → its folder is not in the table")]
    [InlineData("Low/Wall.cs", "class Wall; class Door;", "one type a file: src/Small/Low/Wall.cs → Door")]
    [InlineData("Low/Wall.Part.cs", "partial class Wall { class Door; }", null)]
    [InlineData("Low/Lamp.Part.cs", "namespace A; partial class Lamp;", "type in several rooms: Small/Lamp → High, Low")]
    [InlineData("Low/Wall.cs", "using I = int; class Wall(I a, I b, I c, I d, I e, I f, I g, I h, I i);",
        "constructor: Small/Wall → parameters")]
    [InlineData("Low/Wall.cs", "using I = int; record Wall(I a, I b, I c, I d, I e, I f, I g, I h, I i);", null)]
    public void TypeRules_File_SayWhatIsForbidden(string path, string text, string? expected)
    {
        var found = TypeRules.Check(Compile((path, text))).Where(violation => violation.Rule != "empty room");

        Assert.Equal(expected, found.SingleOrDefault()?.Key);
    }

    [Fact]
    public void LengthRules_LongFileAndLines_CountThem()
    {
        string[] lines = [.. Enumerable.Repeat("", 351), new('x', 141), $"// https://example.com/{new string('x', 200)}"];

        Assert.Equal(
            ["file length: a.cs → lines, of 350: 353", "line length: a.cs → lines over 140 characters: 1"],
            LengthRules.Check("a.cs", lines).Select(violation => violation.Line));
    }

    [Theory]
    [InlineData("a: b → c: 3", "")]
    [InlineData("a: b → c: 4", "")]
    [InlineData("a: b → c: 2", "may only shrink")]
    [InlineData("a: b → d: 3", "may only shrink,No longer there")]
    public void ViolationList_OneViolation_SaysWhatToDo(string listed, string expected)
    {
        var text = ViolationList.Compare([listed], [new Violation("a", "b", "c", 3)]);

        Assert.All(expected.Split(','), part => Assert.Contains(part, text, StringComparison.Ordinal));
        Assert.Equal(expected.Length == 0, text.Length == 0);
    }

    [Fact]
    public void Table_WithACycle_Throws()
    {
        var package = new Package("Round", new Room("A", "", "B"), new Room("B", "", "A"));

        Assert.Throws<InvalidOperationException>(() => package.LevelOf(package.Rooms[0]));
    }

    private static CompiledPackage Compile((string Path, string Text) file) =>
        CompiledPackage.Compile(Small, [("High/Lamp.cs", Lamp.Replace("sealed", "partial", StringComparison.Ordinal)), file]);
}
