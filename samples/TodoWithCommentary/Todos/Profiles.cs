namespace TodoWithCommentary.Todos;

public sealed record Profile(string Name, string Motto);

public static class Profiles
{
    public const string Cookie = "profile";

    public static IReadOnlyList<Profile> All { get; } =
    [
        new("Dry", "Says little, and means it."),
        new("Butler", "Very good. Shall I warm the list?"),
        new("Pirate", "Arr. A list be a kind of treasure map."),
    ];

    public static Profile? Of(string? name)
    {
        return All.FirstOrDefault(profile => profile.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
    }
}
