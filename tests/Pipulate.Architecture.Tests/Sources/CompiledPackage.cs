using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Pipulate.Architecture.Rooms;
using Pipulate.Tests;

namespace Pipulate.Architecture.Sources;

/// <summary>Represents a package, compiled in memory from its folder.</summary>
internal sealed class CompiledPackage
{
    /// <summary>Nullable analysis only warns, and takes as long as all the rest.</summary>
    private static readonly CSharpParseOptions ParseOptions =
        new CSharpParseOptions(LanguageVersion.Latest, DocumentationMode.Parse).WithFeatures([new("run-nullable-analysis", "never")]);

    private static readonly CSharpCompilationOptions Options =
        new(OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable);

    private static readonly Lazy<IReadOnlyList<CompiledPackage>> Compiled = new(CompileAll);

    /// <summary>The test host has the assemblies that the packages need, because it refers to all packages.</summary>
    private static readonly IReadOnlyList<MetadataReference> Assemblies =
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(file => !Path.GetFileName(file).StartsWith("Pipulate.", StringComparison.Ordinal))
            .Select(file => MetadataReference.CreateFromFile(file)),
    ];

    private CompiledPackage(Package package, IReadOnlyList<SourceFile> files, Compilation compilation)
    {
        Package = package;
        Files = files;
        Compilation = compilation;
        FileOf = files.ToDictionary(file => file.Tree);
    }

    public static IReadOnlyList<CompiledPackage> All => Compiled.Value;

    public Package Package { get; }

    public IReadOnlyList<SourceFile> Files { get; }

    public Compilation Compilation { get; }

    /// <summary>Gets the files by their trees. Generated trees are not among them.</summary>
    public IReadOnlyDictionary<SyntaxTree, SourceFile> FileOf { get; }

    /// <summary>Gets the types that the package declares, those within types as well.</summary>
    public IEnumerable<INamedTypeSymbol> Types =>
        (from file in Files
         let model = Compilation.GetSemanticModel(file.Tree)
         from declaration in file.Tree.GetRoot().DescendantNodes().OfType<MemberDeclarationSyntax>()
         where declaration is BaseTypeDeclarationSyntax or DelegateDeclarationSyntax
         select (INamedTypeSymbol)model.GetDeclaredSymbol(declaration)!).Distinct<INamedTypeSymbol>(SymbolEqualityComparer.Default);

    /// <summary>Compiles texts by their paths from the package's folder.</summary>
    public static CompiledPackage Compile(
        Package package, IEnumerable<(string Path, string Text)> texts, params IEnumerable<Compilation> references)
    {
        var files = texts
            .Select(text => new SourceFile(
                $"src/{package.Name}/{text.Path}", package.RoomOf(text.Path),
                CSharpSyntaxTree.ParseText(text.Text, ParseOptions, text.Path)))
            .ToList();
        var compilation = CSharpCompilation.Create(
            package.Name,
            files.Select(file => file.Tree).Append(CSharpSyntaxTree.ParseText(Surroundings(), ParseOptions)),
            Assemblies.Concat(references.Select(reference => reference.ToMetadataReference())),
            Options);
        return new CompiledPackage(package, files, Generators.Run(compilation, ParseOptions));
    }

    private static List<CompiledPackage> CompileAll()
    {
        var packages = new List<CompiledPackage>();
        foreach (var package in Packages.All)
        {
            // The others refer to the core only.
            packages.Add(Compile(package, Read(package), packages.Take(1).Select(core => core.Compilation)));
        }

        return packages;
    }

    private static IEnumerable<(string Path, string Text)> Read(Package package)
    {
        var folder = Path.Combine(Repository.Root, "src", package.Name);
        return TextFile.In(folder, ".cs").Select(file => (file, File.ReadAllText(Path.Combine(folder, file))));
    }

    /// <summary>Writes what the SDK adds to a project: its usings, and the assemblies that see its internal types.</summary>
    private static string Surroundings()
    {
        var text = new StringBuilder();
        foreach (var name in (string[])["", ".Collections.Generic", ".IO", ".Linq", ".Net.Http", ".Threading", ".Threading.Tasks"])
        {
            text.Append("global using System").Append(name).Append(";\n");
        }

        foreach (var package in Packages.All)
        {
            text.Append("[assembly: System.Runtime.CompilerServices.InternalsVisibleTo(\"").Append(package.Name).Append("\")]\n");
        }

        return text.ToString();
    }
}
