using Microsoft.Extensions.AI;
using Pipulate.Conversations.History;

namespace Pipulate.Tests.Conversations.History;

public class TokenEstimateTests
{
    [Theory]
    [InlineData("", 0)]
    [InlineData("Smør, naïve & 42!", 17)]
    [InlineData("Привет", 12)]
    [InlineData("買牛奶和麵包", 18)]
    [InlineData("우유", 6)]
    [InlineData("ok 👍", 9)]
    public void Weigh_Text_CountsDenseScriptsMore(string text, int weight) => Assert.Equal(weight, TokenEstimate.Weigh(text));

    [Fact]
    public void Of_Messages_CountsTheirTextAndWhatStandsAroundIt()
    {
        var estimate = new TokenEstimate(4);

        Assert.Equal(8 + 100, estimate.Of(new ChatMessage(ChatRole.User, new string('x', 400))));
        Assert.Equal(
            2 * 108,
            estimate.Of([new ChatMessage(ChatRole.User, new string('x', 400)), new ChatMessage(ChatRole.Assistant, new string('y', 400))]));
        Assert.Equal(0, estimate.Of([]));
    }
}
