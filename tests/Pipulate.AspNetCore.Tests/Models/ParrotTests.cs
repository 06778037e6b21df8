using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

namespace Pipulate.Tests.Models;

public sealed class ParrotTests
{
    [Fact]
    public async Task Parrot_Registered_SpeaksInPlaceOfOllama()
    {
        await using var host = await ChatHost.StartAsync(services: services => services.AddSingleton<IChatClient, Parrot>(), ollama: false);
        var page = await host.OpenAsync();

        await page.TypeAsync("Pieces of eight!");

        Assert.Equal("Pieces of eight!", await page.WaitForAnswerAsync());
    }

    /// <summary>What the guide shows is what runs here, to the letter.</summary>
    [Fact]
    public void Guide_TheClientThatItShows_IsThisOne()
    {
        var source = File.ReadAllText(Path.Combine(Repository.Root, "tests", "Pipulate.AspNetCore.Tests", "Models", "Parrot.cs"));
        var guide = File.ReadAllText(Path.Combine(Repository.Root, "docs", "models.md"));

        Assert.Contains(
            $"```csharp\n{source[source.IndexOf("public sealed class", StringComparison.Ordinal)..]}```\n",
            guide,
            StringComparison.Ordinal);
    }
}
