namespace Pipulate.Tests;

/// <summary>
/// Where the checkout is that these tests were built in. Looked for, because a build for CI does not keep the paths of its sources.
/// </summary>
internal static class Repository
{
    public static string Root { get; } = Find();

    private static string Find()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Pipulate.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException("These tests run from their build output inside the checkout.");
    }
}
