using System.Reflection;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;

namespace Pipulate.Architecture.Sources;

/// <summary>Runs the source generators that the packages are built with: without their code the compiler reports errors.</summary>
internal static class Generators
{
    /// <summary>Gets what the project file names.</summary>
    private static readonly IReadOnlyList<ISourceGenerator> All =
    [
        .. typeof(Generators).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            .Where(metadata => metadata.Key == "SourceGenerator")
            .SelectMany(metadata => new AnalyzerFileReference(metadata.Value!, new Loader()).GetGenerators(LanguageNames.CSharp)),
    ];

    public static Compilation Run(Compilation compilation, CSharpParseOptions options)
    {
        CSharpGeneratorDriver.Create(All, parseOptions: options).RunGeneratorsAndUpdateCompilation(compilation, out var whole, out _);
        return whole;
    }

    private sealed class Loader : IAnalyzerAssemblyLoader
    {
        public void AddDependencyLocation(string fullPath)
        {
        }

        public Assembly LoadFromPath(string fullPath) => Assembly.LoadFrom(fullPath);
    }
}
