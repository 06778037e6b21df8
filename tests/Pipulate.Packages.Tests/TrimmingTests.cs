using System.Diagnostics;
using System.Text.RegularExpressions;
using Pipulate.FakeOllama;
using Pipulate.Packages.Hosting;
using Pipulate.Tests;

namespace Pipulate.Packages;

/// <summary>
/// A program on the packed Pipulate.Core, with all of the assembly kept and not only what the program calls, so that a warning about any of
/// it is seen; and the program speaks.
/// One assembly may be warned of: OllamaSharp, whose code without a JsonSerializerContext is never called.
/// </summary>
[Collection(PackedCollection.Name)]
public sealed partial class TrimmingTests(PackedPackages packages)
{
    [Fact]
    [Trait("Category", Exhaustive.Category)]
    public async Task ConsoleChat_Trimmed_Answers()
    {
        Exhaustive.SkipByDefault();
        using var place = Chat("<PublishTrimmed>true</PublishTrimmed><SelfContained>true</SelfContained>");
        var said = await place.DotnetAsync($"publish --use-current-runtime -o out {Workplace.NoNodes}", "Chat");

        AssertWarnsOfOllamaSharpAlone(said);
        await AssertSpeaksAsync(place);
    }

    [Fact]
    [Trait("Category", Exhaustive.Category)]
    public async Task ConsoleChat_CompiledAheadOfTime_Answers()
    {
        Exhaustive.SkipByDefault();
        var linker = Environment.GetEnvironmentVariable("PATH")!
            .Split(Path.PathSeparator)
            .Any(folder => File.Exists(Path.Combine(folder, "clang")) || File.Exists(Path.Combine(folder, "gcc")));
        Assert.SkipUnless(linker, "There is no clang and no gcc, by which a native program is linked: apt-get install gcc libc6-dev");
        using var place = Chat("<PublishAot>true</PublishAot><StripSymbols>false</StripSymbols>");
        if (await place.TryDotnetAsync("restore --use-current-runtime", "Chat") is { } problem)
        {
            Assert.Contains("NativeAOT", problem, StringComparison.Ordinal);
            Assert.Skip(
                "The package source has no native runtime. Name one that has it: dotnet nuget add source <address>. It said:\n" + problem);
        }

        var said = await place.DotnetAsync($"publish --use-current-runtime --no-restore -o out {Workplace.NoNodes}", "Chat");

        AssertWarnsOfOllamaSharpAlone(said);
        await AssertSpeaksAsync(place);
        Assert.False(File.Exists(Path.Combine(place.Folder, "Chat", "out", "Pipulate.Core.dll")), "It is not one native program.");
    }

    private Workplace Chat(string properties)
    {
        var place = new Workplace(packages.Folder);
        place.Write("Chat/Program.cs", File.ReadAllText(Path.Combine(Repository.Root, "samples", "ConsoleChat", "Program.cs")));
        place.Write("Chat/Chat.csproj", $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <Nullable>enable</Nullable>
                <ImplicitUsings>enable</ImplicitUsings>
                {properties}
                <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
                <!-- One for each assembly that comes in a package: which ones, the test looks. -->
                <WarningsNotAsErrors>IL2104;IL3053</WarningsNotAsErrors>
                <!-- The machine need not have ICU. -->
                <InvariantGlobalization>true</InvariantGlobalization>
              </PropertyGroup>
              <ItemGroup>
                <PackageReference Include="Pipulate.Core" Version="{packages.Version}" />
                <TrimmerRootAssembly Include="Pipulate.Core" />
              </ItemGroup>
            </Project>
            """);
        return place;
    }

    private static void AssertWarnsOfOllamaSharpAlone(string said)
        => Assert.Equal(["OllamaSharp"], Warned().Matches(said).Select(warning => warning.Groups[1].Value).Distinct());

    private static async Task AssertSpeaksAsync(Workplace place)
    {
        await using var ollama = await FakeOllamaServer.StartAsync();
        ollama.Answer = _ => FakeAnswer.Text("Hello from a small program.");
        var start = new ProcessStartInfo(Path.Combine(place.Folder, "Chat", "out", "Chat"))
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            Environment = { ["OLLAMA_HOST"] = ollama.Endpoint.ToString() },
        };
        using var chat = Process.Start(start)!;
        await chat.StandardInput.WriteLineAsync("Hello");
        await chat.StandardInput.WriteLineAsync("bye");
        var output = await chat.StandardOutput
            .ReadToEndAsync(TestContext.Current.CancellationToken)
            .WaitAsync(TestTime.Timeout, TestContext.Current.CancellationToken);

        Assert.Contains("Hello from a small program.", output, StringComparison.Ordinal);
    }

    [GeneratedRegex("warning IL(?:2104|3053): Assembly '([^']+)'")]
    private static partial Regex Warned();
}
