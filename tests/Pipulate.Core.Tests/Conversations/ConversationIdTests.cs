namespace Pipulate.Tests.Conversations;

public class ConversationIdTests
{
    [Theory]
    [InlineData("a")]
    [InlineData("user:4f0c-2_x.Y")]
    public void Constructor_AllowedCharacters_KeepsThem(string value)
    {
        Assert.Equal(value, new ConversationId(value).Value);
        Assert.Equal(value, new ConversationId(value).ToString());
    }

    [Fact]
    public void Constructor_LongestValue_IsTaken() => Assert.Equal(128, new ConversationId(new string('x', 128)).Value.Length);

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("a b")]
    [InlineData("a\n")]
    [InlineData("é")]
    [InlineData("a/b")]
    [InlineData("<b>")]
    public void Constructor_AnythingElse_Throws(string value) => Assert.Throws<ArgumentException>(() => new ConversationId(value));

    [Fact]
    public void Constructor_TooLong_Throws() => Assert.Throws<ArgumentException>(() => new ConversationId(new string('x', 129)));

    [Fact]
    public void Constructor_Null_Throws() => Assert.Throws<ArgumentNullException>(() => new ConversationId(null!));

    [Fact]
    public void Equals_SameText_IsTrue() => Assert.Equal(new ConversationId("a"), new ConversationId("a"));

    [Fact]
    public void Default_ToString_IsEmpty() => Assert.Equal("", default(ConversationId).ToString());

    [Theory]
    [InlineData("v-abc", "v-abc", null)]
    [InlineData("v-abc..Xy-1", "v-abc", "Xy-1")]
    [InlineData("team.kitchen", "team.kitchen", null)]
    public void Owner_AndName_AreReadFromTheId(string value, string owner, string? name)
    {
        var id = new ConversationId(value);

        Assert.Equal((owner, name), (id.Owner, id.Name));
        Assert.True(name is null || ConversationId.Of(owner, name) == id);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a..b")]
    [InlineData("a b")]
    [InlineData("a/b")]
    [InlineData("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx")]
    public void IsName_AnythingThatCouldLeadElsewhere_IsNone(string text) => Assert.False(ConversationId.IsName(text));
}
