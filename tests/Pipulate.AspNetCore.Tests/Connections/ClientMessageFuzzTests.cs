using Pipulate.Connections;

namespace Pipulate.Tests.Connections;

public sealed class ClientMessageFuzzTests(ITestOutputHelper output)
{
    /// <summary>A million in both runs together, where everything is run.</summary>
    private static readonly int Cases = Exhaustive.Count(full: 500_000, quick: 20_000);

    private static readonly string[] Right =
    [
        """{"msg":"hello","mid":"abc","HEADERS":{"HX-Request":"true","HX-Trigger":"chat-form","HX-Trigger-Name":null,"HX-Target":"chat-form","HX-Current-URL":"http://localhost/"}}""",
        """{"msg":"hello","headers":{"HX-Request":"true","HX-Source":"form#chat-form","HX-Current-URL":"http://localhost/","HX-Target":"form#chat-form"}}""",
        """{"mid":"x","msg":""}""",
        """{"msg":["a","b"],"mid":7,"extra":{"deep":[[[{}]]]}}""",
        """{"msg":"\ud83d\ude00 \"quoted\" \\ \n","mid":null}""",
        "[[[[[[[[[[[[]]]]]]]]]]]]",
    ];

    /// <summary>Whatever comes, it is a message or a refusal: nothing is thrown, and nothing grows with it.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [Trait("Category", Exhaustive.Category)]
    [Trait("Row", "S-17")]
    public void Parse_AnythingAtAll_IsAMessageOrARefusal(int seed)
    {
        var mutator = new Mutator(seed, Right);
        var taken = 0;
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < Cases; i++)
        {
            var message = ClientMessage.Parse(mutator.Next().ToArray());
            if (message.Refusal is null)
            {
                taken++;
                Assert.True(message.MessageId is null or { Length: > 0 and <= 64 });
            }
            else
            {
                Assert.Equal(CloseReason.NotUnderstood, message.Refusal);
                Assert.Equal("", message.Text);
            }
        }

        var each = (GC.GetAllocatedBytesForCurrentThread() - before) / Cases;
        output.WriteLine($"{Cases} messages: {taken} taken, {Cases - taken} refused, {each} bytes each.");

        // Both happen often, or this would test only one of them.
        Assert.InRange(taken, Cases / 10, Cases * 9 / 10);
        Assert.InRange(each, 0, 16 * 1024);
    }
}
