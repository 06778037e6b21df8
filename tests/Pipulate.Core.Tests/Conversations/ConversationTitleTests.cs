using Pipulate.Conversations;

namespace Pipulate.Tests.Conversations;

public class ConversationTitleTests
{
    [Theory]
    [InlineData("hello", "hello")]
    [InlineData("  what is\n\non my\tlist?  ", "what is on my list?")]
    [InlineData("Please tell me everything that there is to know about ferns", "Please tell me everything that there is…")]
    [InlineData("1234567890123456789012345678901234567890", "1234567890123456789012345678901234567890")]
    [InlineData("12345678901234567890123456789012345678901", "123456789012345678901234567890123456789…")]
    [InlineData("🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂", "🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂…")]
    [InlineData(
        "12345678901234567890123456789012345678\U0001F468\u200D\U0001F469\u200D\U0001F467 and more",
        "12345678901234567890123456789012345678…")]
    [InlineData("12345678901234567890123456789012345678e\u0301 and more", "12345678901234567890123456789012345678…")]
    [InlineData(
        "12345678901234567890123456789012345678\U0001F1E9\U0001F1EA\U0001F1EB\U0001F1F7", "12345678901234567890123456789012345678…")]
    [InlineData(" \n ", null)]
    [InlineData("a\0b", "ab")]
    public void Propose_FirstWords_AreOneShortLine(string said, string? title) => Assert.Equal(title, ConversationTitle.Propose(said));

    [Fact]
    public void Clean_TypedTitle_IsOneLineAndNotTooLong()
    {
        Assert.Equal("My list", ConversationTitle.Clean(" My\r\nlist "));
        Assert.Null(ConversationTitle.Clean("  "));
        Assert.Null(ConversationTitle.Clean(null));
        Assert.Equal(ConversationTitle.Longest, ConversationTitle.Clean(new string('x', 500))!.Length);
    }
}
