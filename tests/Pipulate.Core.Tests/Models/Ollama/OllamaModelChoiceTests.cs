using OllamaSharp.Models;
using Pipulate.Models.Ollama;

namespace Pipulate.Tests.Models.Ollama;

public class OllamaModelChoiceTests
{
    private static readonly DateTimeOffset Day = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("gemma3:4b", "gemma3:4b")]
    [InlineData("GEMMA3:4B", "gemma3:4b")]
    [InlineData("llama3.2", "llama3.2:latest")]
    [InlineData("gemma3", "gemma3:12b")]
    [InlineData(" qwen3 ", "qwen3:8b")]
    [InlineData("hf.co/me/tiny", "hf.co/me/tiny:q4")]
    [InlineData("gpt-oss", null)]
    [InlineData("gpt-oss:120b-cloud", "gpt-oss:120b-cloud")]
    [InlineData("gemma", null)]
    [InlineData("gemma3:1b", null)]
    public void Find_ConfiguredName_IsThatModelOrNone(string name, string? expected)
    {
        OllamaModel[] models =
        [
            Model("gemma3:4b", Day), Model("gemma3:12b", Day.AddDays(1)), Model("llama3.2:1b", Day.AddDays(2)),
            Model("llama3.2:latest", Day),
            Model("qwen3:8b", Day), Model("hf.co/me/tiny:q4", Day), Model("gpt-oss:120b-cloud", Day),
        ];

        Assert.Equal(expected, OllamaModelChoice.Find(name, models, allowRemote: false)?.Name);
    }

    // The first three are faults of choosing by the name alone.
    [Theory]
    [InlineData("nomic-embed-text:latest! gemma3:4b", "gemma3:4b")]
    [InlineData("llama-guard3:8b qwen3:8b", "qwen3:8b")]
    [InlineData("llama3:8b llama3:instruct", "llama3:instruct")]
    [InlineData("llama3.2-vision:11b llama3.2:3b", "llama3.2:3b")]
    [InlineData("codellama:7b llama3.2:3b", "llama3.2:3b")]
    [InlineData("gpt-oss:120b-cloud llama3.2:3b", "llama3.2:3b")]
    [InlineData("codellama:7b", "codellama:7b")]
    [InlineData("nomic-embed-text:latest!", null)]
    [InlineData("", null)]
    public void Rank_InstalledNames_PutsGeneralChatFirst(string names, string? expected)
    {
        // The later in the line, the older; "!" marks an embedding model that says so.
        var models = names.Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select((name, index) => Model(
                name.TrimEnd('!'),
                Day.AddSeconds(name.Contains("instruct") ? 9 : -index),
                capabilities: name.EndsWith('!') ? ["embedding"] : null));

        Assert.Equal(expected, Rank(models) is [var best, ..] ? best.Name : null);
    }

    [Fact]
    public void Rank_NewerModel_ComesFirst()
        => Assert.Equal(["b:1", "a:1"], Rank([Model("a:1", Day), Model("b:1", Day.AddDays(1))]).Select(model => model.Name));

    [Fact]
    public void Rank_SameSecond_LargerComesFirst()
        => Assert.Equal(
            ["b:1", "a:1", "c:1"],
            Rank([Model("a:1", Day, "3.2B"), Model("c:1", Day, "566.70M"), Model("b:1", Day.AddMilliseconds(3), "7.6B")]).Select(
                model => model.Name));

    [Fact]
    public void Rank_TooLargeForMemory_ComesLast()
        => Assert.Equal(
            ["small:1", "huge:1"],
            Rank([Model("huge:1", Day.AddDays(9), size: 101), Model("small:1", Day, size: 100)], memory: 100).Select(model => model.Name));

    [Fact]
    public void Rank_PreferredName_BeatsEverything()
        => Assert.Equal("llava:7b", Rank([Model("gemma3:4b", Day.AddDays(9)), Model("llava:7b", Day)], prefer: ["phi4", "llava"])[0].Name);

    [Fact]
    public void Rank_RemoteModel_OnlyWhenAllowed()
    {
        OllamaModel[] models = [Model("big:1", Day, remoteHost: "https://example.com")];

        Assert.Empty(OllamaModelChoice.Rank(models, [], long.MaxValue, allowRemote: false));
        Assert.Single(OllamaModelChoice.Rank(models, [], long.MaxValue, allowRemote: true));
    }

    [Fact]
    public void Rank_AnyOrderOfTheList_GivesTheSame()
    {
        var models = Enumerable
            .Range(0, 40)
            .Select(n => Model($"m{n % 7}:{n}", Day.AddSeconds(n % 3), n % 2 == 0 ? "7B" : "?", size: n % 5))
            .ToList();
        var expected = Rank(models, memory: 2).Select(model => model.Name).ToList();

        Assert.Equal(expected, Rank(Enumerable.Reverse(models), memory: 2).Select(model => model.Name));
        Assert.Equal(
            expected, Rank(models.OrderBy(model => model.Name!.Length).ThenBy(model => model.Size), memory: 2).Select(model => model.Name));
    }

    [Fact]
    public void Rank_EmptyEntries_DoNotThrow()
        => Assert.Empty(Rank([new OllamaModel(), new OllamaModel { Name = "" }]));

    [Theory]
    [InlineData("7.6B", 7.6e9)]
    [InlineData("137M", 137e6)]
    [InlineData("566.70M", 566.70e6)]
    [InlineData("512K", 512e3)]
    [InlineData("1.2t", 1.2e12)]
    [InlineData("123", 123)]
    [InlineData("", 0)]
    [InlineData(null, 0)]
    [InlineData("many", 0)]
    public void Parameters_AnyText_IsANumber(string? text, double expected)
        => Assert.Equal(expected, OllamaModelChoice.Parameters(text), 1.0);

    [Theory]
    [InlineData("qwen3-embedding:8b", "qwen3", false)]
    [InlineData("all-minilm:latest", "bert", false)]
    [InlineData("bge-m3:latest", "x", false)]
    [InlineData("something:latest", "nomic-bert", false)]
    [InlineData("qwen3:8b", "qwen3", true)]
    public void LooksLikeChat_OldServer_GoesByNameAndFamily(string name, string family, bool expected)
        => Assert.Equal(expected, OllamaModelChoice.LooksLikeChat(Model(name, Day, family: family)));

    private static IReadOnlyList<Model> Rank(IEnumerable<Model> models, IList<string>? prefer = null, long memory = long.MaxValue)
        => OllamaModelChoice.Rank(models, prefer ?? [], memory, allowRemote: false);

    private static OllamaModel Model(
        string name,
        DateTimeOffset modified,
        string? parameters = null,
        long size = 1,
        string? family = null,
        string? remoteHost = null,
        string[]? capabilities = null) => new()
        {
            Name = name,
            ModifiedAt = modified.UtcDateTime,
            Size = size,
            Details = new Details { Family = family!, ParameterSize = parameters! },
            RemoteHost = remoteHost,
            Capabilities = capabilities,
        };
}
