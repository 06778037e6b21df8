namespace Pipulate.Tests.Options;

public class PipulateOptionsValidatorTests
{
    public static TheoryData<string> Numbers { get; } =
        [
            "MessageBytes", "MessageCharacters", "EventCharacters", "ValueCharacters", "MessagesPerMinute", "MessageBurst",
            "MessagesPerMinutePerAddress", "ConnectionsPerVisitor", "ConnectionsPerAddress", "Connections", "Generations", "AnswerTokens"
        ];

    /// <summary>Numbers of which zero means that nothing is set.</summary>
    public static TheoryData<string> Budgets { get; } = ["GenerationsPerMinute", "GenerationsPerConversationPerMinute", "ContextTokens"];

    public static TheoryData<string> Times { get; } = ["FirstToken", "Idle", "Answer", "Unwatched", "Send"];

    [Fact]
    public void Validate_Defaults_AreRight() => Assert.Empty(Wrong(_ => { }));

    [Fact]
    public void Validate_EachLimit_IsKnownHere() =>
        Assert.Equal(
            typeof(PipulateLimits).GetProperties().Select(property => property.Name).Order(),
            Numbers.Concat(Budgets).Concat(Times).Select(row => row.Data).Order());

    [Theory]
    [MemberData(nameof(Numbers))]
    public void Validate_NumberOutOfItsRange_NamesItsKey(string name)
    {
        AssertNames($"Pipulate:Limits:{name} must be a number", options => SetLimit(options, name, 0));
        AssertNames($"Pipulate:Limits:{name} must be a number", options => SetLimit(options, name, -1));
        AssertNames($"Pipulate:Limits:{name} must be a number", options => SetLimit(options, name, int.MaxValue));
    }

    [Theory]
    [MemberData(nameof(Budgets))]
    public void Validate_BudgetOutOfItsRange_NamesItsKey(string name)
    {
        AssertNames($"Pipulate:Limits:{name} must be a number", options => SetLimit(options, name, -1));
        AssertNames($"Pipulate:Limits:{name} must be a number", options => SetLimit(options, name, int.MaxValue));
    }

    [Fact]
    public void Validate_ScheduleOutOfItsRange_NamesItsKey()
    {
        AssertNames("Pipulate:Schedule:Debounce must be a time", options => options.Schedule.Debounce = TimeSpan.FromMinutes(2));
        AssertNames("Pipulate:Schedule:Cooldown must be a time", options => options.Schedule.Cooldown = TimeSpan.FromSeconds(-1));
        AssertNames("Pipulate:Schedule:Chance must be a number", options => options.Schedule.Chance = 1.1);
        AssertNames("Pipulate:Schedule:Chance must be a number", options => options.Schedule.Chance = double.NaN);
    }

    [Fact]
    public void Validate_RetentionOutOfItsRange_NamesItsKey()
    {
        AssertNames("Pipulate:Retention:Age must be", options => options.Retention.Age = TimeSpan.FromMinutes(59));
        AssertNames("Pipulate:Retention:Age must be", options => options.Retention.Age = TimeSpan.FromDays(3651));
        AssertNames("Pipulate:Retention:ConversationsPerVisitor must be", options => options.Retention.ConversationsPerVisitor = 0);
        AssertNames("Pipulate:Retention:EntriesPerConversation must be", options => options.Retention.EntriesPerConversation = 199);
        Assert.Empty(Wrong(options => options.Retention.Age = TimeSpan.FromDays(30)));
    }

    [Theory]
    [MemberData(nameof(Times))]
    public void Validate_TimeOutOfItsRange_NamesItsKey(string name)
    {
        AssertNames($"Pipulate:Limits:{name} must be a time", options => SetLimit(options, name, TimeSpan.Zero));
        AssertNames($"Pipulate:Limits:{name} must be a time", options => SetLimit(options, name, TimeSpan.FromSeconds(-1)));
        AssertNames($"Pipulate:Limits:{name} must be a time", options => SetLimit(options, name, TimeSpan.FromDays(1.1)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("  ")]
    [InlineData(null)]
    public void Validate_NoPersona_NamesItsKey(string? persona) => AssertNames("Pipulate:Persona", options => options.Persona = persona!);

    [Fact]
    public void Validate_UnknownNames_NameTheirKeys()
    {
        AssertNames("Pipulate:Htmx", options => options.Htmx = (HtmxVersion)3);
        AssertNames("Pipulate:Conversations", options => options.Conversations = (ConversationScope)7);
    }

    [Theory]
    [InlineData("ftp://127.0.0.1")]
    [InlineData("file:///x")]
    [InlineData("not an address")]
    [InlineData("/path")]
    public void Validate_WrongEndpoint_NamesItsKey(string endpoint) =>
        AssertNames("Pipulate:Ollama:Endpoint", options => options.Ollama.Endpoint = new Uri(endpoint, UriKind.RelativeOrAbsolute));

    [Fact]
    [Trait("Row", "S-53")]
    public void Validate_WrongEndpointWithAPassword_DoesNotSayIt() =>
        Assert.DoesNotContain(
            "secret",
            Assert.Single(Wrong(options => options.Ollama.Endpoint = new Uri("ftp://user:secret@box/"))),
            StringComparison.Ordinal);

    [Theory]
    [InlineData("http://127.0.0.1:11434")]
    [InlineData("https://models.example.com/ollama/")]
    [InlineData("localhost:11434")]
    [InlineData("127.0.0.1:11434")]
    [InlineData("models.example.com")]
    public void Validate_EndpointAsOllamaItselfUnderstandsIt_IsRight(string endpoint) =>
        Assert.Empty(Wrong(options => options.Ollama.Endpoint = new Uri(endpoint, UriKind.RelativeOrAbsolute)));

    [Theory]
    [InlineData("")]
    [InlineData("*")]
    [InlineData("app.example.com")]
    [InlineData("https://app.example.com/")]
    [InlineData("https://app.example.com/path")]
    [InlineData("ws://app.example.com")]
    [InlineData("https://user@app.example.com")]
    public void Validate_WrongOrigin_NamesItsKeyAndPlace(string origin) => AssertNames("Pipulate:AllowedOrigins:1", options =>
    {
        options.AllowedOrigins.Add("https://right.example.com");
        options.AllowedOrigins.Add(origin);
    });

    [Fact]
    public void Validate_SeveralWrong_NamesThemAll() => Assert.Equal(2, Wrong(options =>
    {
        options.Persona = "";
        options.Limits.Generations = 0;
    }).Count);

    private static void SetLimit(PipulateOptions options, string name, object value) =>
        typeof(PipulateLimits).GetProperty(name)!.SetValue(options.Limits, value);

    private static void AssertNames(string expected, Action<PipulateOptions> set) =>
        Assert.StartsWith(expected, Assert.Single(Wrong(set)), StringComparison.Ordinal);

    private static IReadOnlyList<string> Wrong(Action<PipulateOptions> set)
    {
        var options = new PipulateOptions();
        set(options);
        return [.. new PipulateOptionsValidator().Validate(null, options).Failures ?? []];
    }
}
