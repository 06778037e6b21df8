using System.IO.Compression;
using System.Security.Cryptography;
using Pipulate.Packages.Hosting;
using Pipulate.Tests;

namespace Pipulate.Packages;

[Collection(PackedCollection.Name)]
public sealed class DeterminismTests(PackedPackages packages)
{
    /// <summary>From nothing, and in another folder: what comes out is the same, to the byte.</summary>
    [Fact]
    [Trait("Category", Exhaustive.Category)]
    public async Task Packing_OnceMore_GivesTheSame()
    {
        Exhaustive.SkipByDefault();
        var folder = Directory.CreateTempSubdirectory("pipulate-again-");
        try
        {
            var again = await PackedPackages.PackAsync(folder.FullName);
            var files = Names(packages.Folder);

            Assert.Equal(files, Names(again));
            Assert.All(files, file =>
            {
                Assert.Equal(Contents(Path.Combine(packages.Folder, file)), Contents(Path.Combine(again, file)));
                Assert.Equal(File.ReadAllBytes(Path.Combine(packages.Folder, file)), File.ReadAllBytes(Path.Combine(again, file)));
            });
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static List<string> Names(string folder) =>
        [.. Directory.EnumerateFiles(folder, "*.*nupkg").Select(file => Path.GetFileName(file)!).Order(StringComparer.Ordinal)];

    private static List<string> Contents(string file)
    {
        using var package = ZipFile.OpenRead(file);
        return [.. package.Entries.Select(entry => $"{entry.FullName} {entry.LastWriteTime:u} {Sum(entry)}")];
    }

    private static string Sum(ZipArchiveEntry entry)
    {
        using var stream = entry.Open();
        return Convert.ToHexString(SHA256.HashData(stream));
    }
}
