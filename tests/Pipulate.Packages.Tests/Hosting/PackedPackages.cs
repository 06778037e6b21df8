using System.IO.Compression;
using System.Text.RegularExpressions;
using Pipulate.Tests;

namespace Pipulate.Packages.Hosting;

/// <summary>
/// What <c>dotnet pack -c Release</c> makes: taken from <c>PIPULATE_PACKAGES</c> where that has been done before (as CI does), else made
/// here, once and in a folder of its own.
/// </summary>
public sealed partial class PackedPackages : IAsyncLifetime
{
    private readonly DirectoryInfo _made = Directory.CreateTempSubdirectory("pipulate-packed-");

    /// <summary>The ids of all that is packed: the projects in src, and the templates.</summary>
    public static IReadOnlyList<string> Ids { get; } =
        [.. Directory
            .EnumerateDirectories(Path.Combine(Repository.Root, "src"))
            .Concat(Directory.EnumerateDirectories(Path.Combine(Repository.Root, "templates")))
            .Where(folder => Directory.EnumerateFiles(folder, "*.csproj").Any())
                .Select(folder => Path.GetFileName(folder)!)
                .Order(StringComparer.Ordinal)];

    /// <summary>Where they are.</summary>
    public string Folder { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        if (Environment.GetEnvironmentVariable("PIPULATE_PACKAGES") is { Length: > 0 } packed)
        {
            Folder = Path.GetFullPath(packed, Repository.Root);
            return;
        }

        Folder = await PackAsync(_made.FullName);
    }

    public ValueTask DisposeAsync()
    {
        _made.Delete(recursive: true);
        return ValueTask.CompletedTask;
    }

    /// <summary>Packs all anew, with nothing of an earlier build and nothing that another build uses.</summary>
    /// <returns>The folder of the packages.</returns>
    public static async Task<string> PackAsync(string folder)
    {
        await Workplace.RunAsync("dotnet", $"pack -c Release -p:ArtifactsPath={folder} {Workplace.NoNodes}", Repository.Root);
        return Path.Combine(folder, "packages");
    }

    /// <summary>Opens a package; the extension is <c>nupkg</c>, or <c>snupkg</c> for its symbols.</summary>
    public static ZipArchive Open(string folder, string id, string extension = "nupkg") => ZipFile.OpenRead(Find(folder, id, extension));

    /// <summary>The version that they all have.</summary>
    public string Version => Named("Pipulate.Core").Match(Path.GetFileName(Find(Folder, "Pipulate.Core", "nupkg"))).Groups[1].Value;

    private static string Find(string folder, string id, string extension) =>
        Assert.Single(Directory.EnumerateFiles(folder, $"{id}.*.{extension}"), file => Named(id).IsMatch(Path.GetFileName(file)));

    private static Regex Named(string id) => new($@"^{Regex.Escape(id)}\.(\d.*)\.s?nupkg$");
}
