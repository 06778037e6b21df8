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
