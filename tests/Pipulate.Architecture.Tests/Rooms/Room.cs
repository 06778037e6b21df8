namespace Pipulate.Architecture.Rooms;

/// <summary>Represents a folder of a package that has one job.</summary>
/// <param name="Name">The folder, from the package's own; empty for the package's own folder without those in it.</param>
/// <param name="Job">The one job, as the docs say it.</param>
/// <param name="MayReferTo">The rooms whose types its files may use directly, or <see cref="All"/>.</param>
internal sealed record Room(string Name, string Job, params IReadOnlyList<string> MayReferTo)
{
    /// <summary>Stands for all other rooms of the package.</summary>
    public const string All = "all";

    /// <summary>Gets the name to show.</summary>
    public string Title => Name.Length == 0 ? "root" : Name;
}
