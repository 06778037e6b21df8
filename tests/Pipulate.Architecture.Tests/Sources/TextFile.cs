namespace Pipulate.Architecture.Sources;

/// <summary>Finds the files that we write.</summary>
internal static class TextFile
{
    /// <summary>Gets the sorted paths of the files with such endings, from the folder, without what is built or fetched.</summary>
    public static IEnumerable<string> In(string folder, params string[] endings) =>
        Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(folder, file).Replace('\\', '/'))
            .Where(file => endings.Contains(Path.GetExtension(file)) && !file.Split('/').Any(IsNotOurs))
            .Order(StringComparer.Ordinal);

    private static bool IsNotOurs(string part) => part is "artifacts" or "node_modules" or "bin" or "obj" || part.StartsWith('.');
}
