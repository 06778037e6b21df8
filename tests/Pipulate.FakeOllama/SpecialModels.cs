namespace Pipulate.FakeOllama;

/// <summary>Models whose names say how they behave: what the process offers, and what the check with the official client asks for.</summary>
internal static class SpecialModels
{
    private const string Long =
        "The sky looks blue because air scatters the short waves of sunlight far more than the long ones, so blue comes to your eye from everywhere "
        + "while the red goes straight on. In the evening the light has a longer way through the air, most of the blue is gone before it "
        + "reaches you, and what is left is orange and red. 🌅";

    public static IReadOnlyList<FakeModel> All { get; } =
    [
        new("llama3.2:latest"),
        new("error-mid:latest"),
        new("error-early:latest"),
        new("busy:latest"),
        new("think:latest") { Capabilities = ["completion", "thinking"] },
        new("tools:latest"),
        new("slow:latest"),
        new("embed:latest") { Capabilities = ["embedding"], Family = "nomic-bert", ParameterSize = "137M", Size = 274_302_450 },
    ];

    public static FakeAnswer Answer(RecordedChat chat) => chat.Model.Split(':')[0] switch
    {
        "error-mid" => FakeAnswer.Text(Long) with { Fault = FakeFault.ErrorLine, FaultAfterTokens = 5 },
        "error-early" => new FakeAnswer { StatusCode = 500, ErrorText = "llama-server process has terminated: exit status 2" },
        "busy" => new FakeAnswer { StatusCode = 503, ErrorText = "server busy, please try again.  maximum pending requests exceeded" },
        "think" => FakeAnswer.Text(Long) with { Thinking = "Okay, the user asks about the sky." },
        "tools" => new FakeAnswer { CallsTool = true },
        "slow" => FakeAnswer.Text(Long) with { FirstTokenDelay = TimeSpan.FromMilliseconds(500) },
        _ => FakeAnswer.Text(Long),
    };
}
