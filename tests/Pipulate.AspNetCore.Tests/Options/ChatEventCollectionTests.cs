namespace Pipulate.Tests.Options;

public sealed class ChatEventCollectionTests
{
    [Theory]
    [InlineData("")]
    [InlineData("Profile")]
    [InlineData("7up")]
    [InlineData("two words")]
    [InlineData("line\n")]
    [InlineData("über")]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    public void Add_WithANameThatIsNone_ThrowsAndQuotesIt(string name)
    {
        var exception = Assert.Throws<ArgumentException>(() => new ChatEventCollection().Add(name, "x"));

        Assert.Contains($"\"{name}\"", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("}")]
    [InlineData("{two words}")]
    [InlineData("{title}")]
    [InlineData(" ")]
    public void Add_WithATextThatCannotBeUsed_ThrowsAndNamesTheEvent(string template)
    {
        var exception = Assert.ThrowsAny<Exception>(() => new ChatEventCollection().Add("profile_change", template));

        Assert.True(exception is ArgumentException or FormatException);
        Assert.Contains("\"profile_change\"", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Add_Twice_ThrowsAndNamesTheEvent()
    {
        var events = new ChatEventCollection();
        events.Add("a-1_b", "x {message} {{y}}");

        Assert.Contains("\"a-1_b\"", Assert.Throws<ArgumentException>(() => events.Add("a-1_b", "y")).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => events.Add("b", "y", (ChatLane)7));
        Assert.True(events.Contains("a-1_b"));
        Assert.Equal(1, events.Count);
    }

    [Theory]
    [InlineData("Pipulate:Events", "x")]
    [InlineData("Pipulate:Events:0", "x")]
    [InlineData("Pipulate:Events:profile_change", "x")]
    [InlineData("Pipulate:Events:AcceptUnnamed", "true")]
    public async Task Start_WithEventsInTheConfiguration_StopsAndSaysWhereTheyBelong(string key, string value)
    {
        var exception = await Assert.ThrowsAnyAsync<Exception>(() => ChatHost.StartAsync(settings: new() { [key] = value }, ollama: false));

        Assert.Contains("Pipulate:Events cannot be set in the configuration", exception.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Pipulate:Limits:MessagesPerMinute")]
    [InlineData("Pipulate:Limits:MessageBurst")]
    public async Task Start_WithARateOfNothing_StopsAndNamesTheKey(string key)
    {
        var exception = await Assert.ThrowsAnyAsync<Exception>(() => ChatHost.StartAsync(settings: new() { [key] = "0" }, ollama: false));

        Assert.Contains(key, exception.ToString(), StringComparison.Ordinal);
    }
}
