using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Pipulate.Tests;

namespace Pipulate.Docs.Code;

/// <summary>
/// An application that has every block of code of the docs in it, built once for all tests: C# in its surroundings, views and components as
/// files of their own.
/// </summary>
public sealed partial class CodeProject : IAsyncLifetime
{
    private const string Usings =
        "using System.Globalization; using System.Runtime.CompilerServices; using System.Text.Encodings.Web; using "
            + "Microsoft.AspNetCore.Authorization; using Microsoft.AspNetCore.DataProtection; using Microsoft.AspNetCore.Mvc; using Microsoft.AspNetCore.Mvc.Testing; using Microsoft.Extensions.AI; using Microsoft.Extensions.Localization; using OllamaSharp; using Pipulate; using Pipulate.FakeOllama; using Pipulate.Testing; using Xunit;";

    /// <summary>How the names of the assemblies begin that the code of the docs may use.</summary>
    private static readonly string[] Libraries =
        [
            "Pipulate.", "OllamaSharp.", "Htmx.", "Microsoft.Extensions.AI", "Microsoft.Extensions.TimeProvider.", "Microsoft.AspNetCore.",
            "xunit.v3."
        ];

    /// <summary>What the README's lines of views stand among, in the sample.</summary>
    private const string ViewSurroundings = "@{ var profile = new { Name = \"Pirate\" }; var name = \"About\"; }";

    private readonly string _folder = Directory.CreateTempSubdirectory("pipulate-docs-").FullName;

    /// <summary>What the compilers said, each beginning with the page and its line: <c>docs/look.md(22): …</c>.</summary>
    public IReadOnlyList<string> Errors { get; private set; } = [];

    /// <summary>Whether a block is something that a compiler reads.</summary>
    internal static bool IsCode(CodeBlock block) => block.Language is "csharp" or "cshtml" or "razor";

    public async ValueTask InitializeAsync()
    {
        Write("Docs.csproj", ProjectFile());
        Write("Surroundings.cs", File.ReadAllText(
            Path.Combine(Repository.Root, "tests", "Pipulate.Docs.Tests", "Code", "Surroundings.cs")));
        Write("_ViewImports.cshtml", "@addTagHelper *, Microsoft.AspNetCore.Mvc.TagHelpers\n@addTagHelper *, Pipulate.AspNetCore\n");
        var places = new Dictionary<string, CodeBlock>();
        foreach (var block in DocsPage.All.SelectMany(page => page.Blocks).Where(IsCode))
        {
            var name = $"At_{NotInNames().Replace(block.Page, "_")}_{block.Line}";
            var (file, text) = block.Language switch
            {
                "csharp" => ($"{name}.cs", CSharp(block, name)),
                // A Razor Page begins with its directive; whatever else is a view can use what it stands in.
                "cshtml" when block.Text.StartsWith("@page", StringComparison.Ordinal) => ($"{name}.cshtml", '\n' + block.Text),
                "cshtml" => ($"{name}.cshtml", ViewSurroundings + '\n' + Remark().Replace(block.Text, "")),
                _ => ($"{name}.razor", '\n' + block.Text),
            };
            Write(file, text);
            places[file] = block;
        }

        Errors = [.. (await BuildAsync()).Select(error => Place(error, places)).Distinct()];
    }

    public ValueTask DisposeAsync()
    {
        Directory.Delete(_folder, recursive: true);
        return default;
    }

    /// <summary>
    /// The statements become a method's, what is declared after them stands beside it, and attributes alone get something to stand on.
    /// </summary>
    private static string CSharp(CodeBlock block, string name)
    {
        var lines = block.Text.Split('\n');
        var declared = Array.FindIndex(lines, line => Declaration().IsMatch(line));
        var statements = lines[..(declared < 0 ? lines.Length : declared)];
        var attributes =
            statements.All(line => line.Length == 0 || line.StartsWith("//", StringComparison.Ordinal) || line.StartsWith('['));
        var text = new StringBuilder()
            .Append(Usings)
            .AppendJoin(' ', lines.Where(line => Using().IsMatch(line)))
            .AppendLine()
            .Append("namespace Docs.")
            .Append(name)
            .AppendLine(";");
        if (declared != 0)
        {
            text.AppendLine("internal sealed class Block : Pipulate.Docs.Code.Surroundings\n{")
                .AppendLine(attributes ? "" : "public static async Task RunAsync(string[] args)\n{\nawait Task.Yield();");
            Append(statements, block.Line);
            text.AppendLine("#line hidden").AppendLine(attributes ? "public void Method() { }\n}" : "}\n}");
        }

        if (declared >= 0)
        {
            Append(lines[declared..], block.Line + declared);
        }

        return text.ToString();

        // A line "…" stands for what is not shown; usings stand above.
        void Append(IEnumerable<string> some, int line) =>
            text.Append(CultureInfo.InvariantCulture, $"#line {line} \"{block.Page}\"\n").AppendJoin(
                '\n', some.Select(one => one.Trim() == "…" || Using().IsMatch(one) ? "" : one)).Append('\n');
    }

    private static string ProjectFile()
    {
        var libraries = Directory.EnumerateFiles(AppContext.BaseDirectory, "*.dll")
            .Where(file => Path.GetFileName(file) is var name
                && Libraries.Any(library => name.StartsWith(library, StringComparison.Ordinal))
                    && !name.EndsWith(".Tests.dll", StringComparison.Ordinal));
        return $"""
            <Project Sdk="Microsoft.NET.Sdk.Web">
              <PropertyGroup>
                <TargetFramework>net10.0</TargetFramework>
                <OutputType>Library</OutputType>
                <Nullable>enable</Nullable>
                <ImplicitUsings>enable</ImplicitUsings>
                <RootNamespace>Docs</RootNamespace>
                <RequiresAspNetWebAssets>false</RequiresAspNetWebAssets>
                <GenerateFullPaths>true</GenerateFullPaths>
                <!-- A piece of a page may leave what it declares unused. -->
                <NoWarn>CS0219;CS0168;CS1998;CS8321;IDE0060</NoWarn>
              </PropertyGroup>
              <ItemGroup>
                {string.Join("\n    ", libraries.Select(file => $"<Reference Include=\"{file}\" />"))}
                <Using Include="Pipulate.Docs.Code" />
              </ItemGroup>
            </Project>
            """;
    }

    /// <summary>The errors of a view are told by its file, whose second line is the block's first.</summary>
    private static string Place(string error, Dictionary<string, CodeBlock> places)
    {
        if (Position().Match(error) is not { Success: true } told)
        {
            return error;
        }

        return places.TryGetValue(Path.GetFileName(told.Groups["file"].Value), out var block)
            ? $"{block.Page}({int.Parse(told.Groups["line"].Value, CultureInfo.InvariantCulture) + block.Line - 2}): {told.Groups["what"].Value}"
            : $"{PageOf(told.Groups["file"].Value)}({told.Groups["line"].Value}): {told.Groups["what"].Value}";
    }

    private static string PageOf(string file) => DocsPage.All
        .Select(page => page.Path)
        .Where(path => file.EndsWith($"/{path}", StringComparison.Ordinal))
        .MaxBy(path => path.Length) ?? file;

    private async Task<IReadOnlyList<string>> BuildAsync()
    {
        using var build = Process.Start(new ProcessStartInfo(
            "dotnet", ["build", "--nologo", "-nodeReuse:false", "-p:UseSharedCompilation=false", "-clp:ErrorsOnly;NoSummary"])
        {
            WorkingDirectory = _folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var output = string.Concat(await Task.WhenAll(
            build.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken),
            build.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken)));
        await build.WaitForExitAsync(TestContext.Current.CancellationToken);
        var errors = output.Split('\n').Where(line => line.Contains("error", StringComparison.Ordinal)).ToList();
        return build.ExitCode == 0 || errors.Count > 0
            ? errors
            : throw new InvalidOperationException($"The code of the docs could not be built:\n{output}");
    }

    private void Write(string file, string text) => File.WriteAllText(Path.Combine(_folder, file), text);

    /// <summary>A type at the left edge.</summary>
    [GeneratedRegex(@"^((public|internal|file) .*|(static|abstract|sealed|partial) )*(class|record|struct|interface|enum) \w")]
    private static partial Regex Declaration();

    [GeneratedRegex(@"^using [\w.]+;$")]
    private static partial Regex Using();

    [GeneratedRegex(@"[ \t]*@\*.*?\*@")]
    private static partial Regex Remark();

    [GeneratedRegex(@"\W")]
    private static partial Regex NotInNames();

    [GeneratedRegex(@"^\s*(?<file>[^(]+)\((?<line>\d+)[^)]*\): error (?<what>.*?)( \[[^\]]*\])?$")]
    private static partial Regex Position();
}
