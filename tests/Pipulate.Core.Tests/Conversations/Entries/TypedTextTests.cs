using Pipulate.Conversations.Entries;

namespace Pipulate.Tests.Conversations.Entries;

public class TypedTextTests
{
    [Theory]
    [InlineData("")]
    [InlineData(" \t\r\n\u00A0\u3000\u0085\u2028")]
    [InlineData("\u200B\u200C\u200D\u2060\uFEFF")]
    [InlineData("\u00AD\u061C\u200E\u202E\u2066")]
    [InlineData("\u3164\u115F\u1160\uFFA0\u2800")]
    [InlineData("\uFE0F\u034F\u180E")]
    [InlineData("\U000E0061\U000E0100")]
    [InlineData("\0\u0001\u001B\u007F")]
    public void IsBlank_NothingToSee_IsTrue(string text) => Assert.True(TypedText.IsBlank(text));

    [Theory]
    [InlineData("x")]
    [InlineData("\u200B.\u200B")]
    [InlineData("\U0001F600")]
    [InlineData("\U0001F468\u200D\U0001F469")]
    [InlineData("\u0301")]
    [InlineData("\u4F60")]
    [InlineData("\u05E9")]
    [InlineData("\uD83D")]
    public void IsBlank_SomethingToSee_IsFalse(string text) => Assert.False(TypedText.IsBlank(text));

    [Fact]
    public void Normalize_AnyLineEnd_IsOneCharacter() => Assert.Equal("a\nb\nc\nd\n\n", TypedText.Normalize("a\r\nb\nc\rd\r\n\r\n"));
}
