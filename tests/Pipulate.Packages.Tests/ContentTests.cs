using System.Buffers.Binary;
using System.IO.Compression;
using System.Reflection.Metadata;
using System.Text;
using System.Xml.Linq;
using Pipulate.Packages.Hosting;
using Pipulate.Tests;

namespace Pipulate.Packages;

[Collection(PackedCollection.Name)]
public sealed class ContentTests(PackedPackages packages)
{
    private static readonly Guid EmbeddedSource = new("0E8A571B-6926-466E-B4AD-8AB04611F5FE");

    public static TheoryData<string> All => new(PackedPackages.Ids);

    public static TheoryData<string> Libraries => new(PackedPackages.Ids.Where(id => id != "Pipulate.Templates"));

    [Theory]
    [MemberData(nameof(All))]
    public void Package_SaysWhatItIs(string id)
    {
        using var package = PackedPackages.Open(packages.Folder, id);
        var about = Spec(package);

        Assert.Equal(id, about["id"]);
        Assert.Equal("MIT", about["license"]);
        Assert.Equal("README.md", about["readme"]);
        Assert.Equal("icon.png", about["icon"]);
        Assert.NotEqual("Package Description", about["description"]);
        Assert.Contains("htmx", about["tags"], StringComparison.Ordinal);
        Assert.Equal(File.ReadAllText(Path.Combine(Repository.Root, "README.md")), Text(package, "README.md"));

        var icon = Bytes(package, "icon.png");
        Assert.Equal("\u0089PNG\r\n\u001a\n", Encoding.Latin1.GetString(icon, 0, 8));
        Assert.Equal(128, BinaryPrimitives.ReadInt32BigEndian(icon.AsSpan(16)));
        Assert.Equal(128, BinaryPrimitives.ReadInt32BigEndian(icon.AsSpan(20)));
    }

    [Theory]
    [MemberData(nameof(Libraries))]
    public void Package_HasItsDocumentationAndItsSymbolsWithTheirSources(string id)
    {
        using var package = PackedPackages.Open(packages.Folder, id);
        using var symbols = PackedPackages.Open(packages.Folder, id, "snupkg");

        Assert.Contains($"<name>{id}</name>", Text(package, $"lib/net10.0/{id}.xml"), StringComparison.Ordinal);
        using var provider = MetadataReaderProvider.FromPortablePdbStream(new MemoryStream(Bytes(symbols, $"lib/net10.0/{id}.pdb")));
        var reader = provider.GetMetadataReader();
        Assert.NotEmpty(reader.Documents);
        Assert.All(reader.Documents, handle => Assert.Contains(
            reader.GetCustomDebugInformation(handle), one => reader.GetGuid(reader.GetCustomDebugInformation(one).Kind) == EmbeddedSource));
    }

    /// <summary>Not the path of the machine that built it, not the checkout's, and no host that nobody has named.</summary>
    [Theory]
    [MemberData(nameof(All))]
    public void Package_HasNothingOfTheMachineThatBuiltIt(string id)
    {
        using var package = PackedPackages.Open(packages.Folder, id);
        foreach (var entry in package.Entries)
        {
            var bytes = Bytes(package, entry.FullName);
            Assert.True(
                bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes(Repository.Root + "/")) < 0, $"{entry.FullName} names {Repository.Root}.");
            Assert.True(
                bytes.AsSpan().IndexOf(Encoding.Unicode.GetBytes(Repository.Root + "/")) < 0, $"{entry.FullName} names {Repository.Root}.");
        }

        Assert.StartsWith(
            "https://", Spec(package)["repository"] is { Length: > 0 } address ? address : "https://", StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(
        "Pipulate.Core", "Markdig", "Microsoft.Extensions.AI.Abstractions", "Microsoft.Extensions.Hosting.Abstractions", "OllamaSharp")]
    [InlineData("Pipulate.AspNetCore", "Htmx", "Htmx.TagHelpers", "Pipulate.Core")]
    [InlineData("Pipulate.Sqlite", "Microsoft.Data.Sqlite.Core", "Pipulate.Core", "SQLitePCLRaw.bundle_e_sqlite3")]
    [InlineData("Pipulate.PostgreSql", "Npgsql", "Pipulate.Core")]
    [InlineData("Pipulate.Templates")]
    [InlineData(
        "Pipulate.Testing", "AngleSharp", "Microsoft.AspNetCore.Mvc.Testing", "Microsoft.Extensions.TimeProvider.Testing", "Pipulate.Core")]
    public void Package_NeedsWhatTheDecisionsSayAndNoMore(string id, params string[] needs)
    {
        using var package = PackedPackages.Open(packages.Folder, id);

        Assert.Equal(
            needs, Elements(package, "dependency").Select(dependency => dependency.Attribute("id")!.Value).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void AspNetCore_CarriesHtmxWithTheWordsOfItsLicences()
    {
        using var package = PackedPackages.Open(packages.Folder, "Pipulate.AspNetCore");
        var notices = Text(package, "THIRD-PARTY-NOTICES.txt");
        var carried = package.Entries
            .Select(entry => entry.FullName)
            .Where(name => name.StartsWith("staticwebassets/htmx", StringComparison.Ordinal))
            .ToList();

        Assert.Equal(6, carried.Count);
        Assert.All(carried, name => Assert.Contains(name["staticwebassets/".Length..], notices, StringComparison.Ordinal));
        foreach (var named in (string[])["htmx 2.0.11", "htmx-ext-ws 2.0.4", "htmx-ext-sse 2.2.4", "htmx 4.0.1"])
        {
            Assert.Contains($"== {named}\n", notices, StringComparison.Ordinal);
        }

        Assert.Equal(4, notices.Split("THE SOFTWARE IS PROVIDED").Length - 1);
        Assert.Contains("Markdig", notices, StringComparison.Ordinal);
        Assert.DoesNotContain(package.Entries, entry => entry.Name is "package.json" or "package-lock.json" or ".npmrc");
    }

    /// <summary>Small, with the line that says whose it is and where it can be read.</summary>
    [Theory]
    [InlineData("pipulate.js")]
    [InlineData("pipulate.htmx2.js")]
    [InlineData("pipulate.htmx4.js")]
    public void AspNetCore_CarriesItsScriptsMinified(string file)
    {
        var source = $"src/Pipulate.AspNetCore/Scripts/{file}";
        using var package = PackedPackages.Open(packages.Folder, "Pipulate.AspNetCore");
        var lines = Text(package, $"staticwebassets/{file}").TrimEnd('\n').Split('\n');

        Assert.Equal(2, lines.Length);
        Assert.Equal($"/*! Pipulate, MIT licence. To read: {source} */", lines[0]);
        Assert.StartsWith("(()=>{\"use strict\";", lines[1], StringComparison.Ordinal);
        Assert.InRange(lines[1].Length, 1, new FileInfo(Path.Combine(Repository.Root, source)).Length * 2 / 3);
        Assert.DoesNotContain(package.Entries, entry => entry.FullName != $"staticwebassets/{file}" && entry.Name == file);
    }

    private static Dictionary<string, string> Spec(ZipArchive package) =>
        ((string[])["id", "license", "readme", "icon", "description", "tags", "repository"]).ToDictionary(
        name => name,
        name => Elements(package, name).FirstOrDefault() is not { } element
            ? ""
            : name == "repository" ? element.Attribute("url")?.Value ?? "" : element.Value);

    private static IEnumerable<XElement> Elements(ZipArchive package, string name) =>
        XDocument
            .Parse(Text(package, package.Entries.Single(entry => entry.FullName.EndsWith(".nuspec", StringComparison.Ordinal)).FullName))
            .Descendants()
            .Where(element => element.Name.LocalName == name);

    private static string Text(ZipArchive package, string name) => Encoding.UTF8.GetString(Bytes(package, name)).TrimStart('\ufeff');

    private static byte[] Bytes(ZipArchive package, string name)
    {
        var entry = package.GetEntry(name) ?? throw new FileNotFoundException(
            $"The package has no {name}, but {string.Join(", ", package.Entries.Select(one => one.FullName))}.");
        using var stream = entry.Open();
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return bytes.ToArray();
    }
}
