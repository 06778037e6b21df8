using System.Diagnostics;
using Pipulate.FakeOllama;
using Pipulate.Packages.Hosting;
using Pipulate.Tests;

namespace Pipulate.Packages;

/// <summary>A program on the packed Pipulate.Core, with all of the assembly kept and not only what the program calls, so that a warning about any of it is an error; and the program speaks.</summary>
[Collection(PackedCollection.Name)]
public sealed class TrimmingTests(PackedPackages packages)
{
    [Fact]
    public async Task ConsoleChat_Trimmed_Answers()
    {
        using var place = Chat("<PublishTrimmed>true</PublishTrimmed><SelfContained>true</SelfContained>");
        await place.DotnetAsync($"publish --use-current-runtime -o out {Workplace.NoNodes}", "Chat");

        await AssertSpeaksAsync(place);
    }

    [Fact]
    public async Task ConsoleChat_CompiledAheadOfTime_Answers()
    {
        var linker = Environment.GetEnvironmentVariable("PATH")!.Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, "clang")) || File.Exists(Path.Combine(folder, "gcc")));
        Assert.SkipUnless(linker, "There is no clang and no gcc, by which a native program is linked: apt-get install gcc libc6-dev");
        using var place = Chat("<PublishAot>true</PublishAot><StripSymbols>false</StripSymbols>");
        if (await place.TryDotnetAsync("restore --use-current-runtime", "Chat") is { } problem)
        {
            Assert.Contains("NativeAOT", problem, StringComparison.Ordinal);
            Assert.Skip("The package source has no native runtime. Name one that has it: dotnet nuget add source <address>. It said:\n" + problem);
        }

        await place.DotnetAsync($"publish --use-current-runtime --no-restore -o out {Workplace.NoNodes}", "Chat");

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
                <TrimmerSingleWarn>false</TrimmerSingleWarn>
                <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
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
        var output = await chat.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken).WaitAsync(TestTime.Timeout, TestContext.Current.CancellationToken);

        Assert.Contains("Hello from a small program.", output, StringComparison.Ordinal);
    }
}
