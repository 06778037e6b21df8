namespace Pipulate.Architecture.Rooms;

/// <summary>Represents a project of <c>src</c> and its rooms.</summary>
/// <param name="Name">The project's name, which is that of its folder.</param>
/// <param name="Rooms">Each folder that code may stand in.</param>
internal sealed record Package(string Name, params IReadOnlyList<Room> Rooms)
{
    /// <summary>Finds the room of a file by its path from the package's folder: the longest that the path begins with.</summary>
    public Room? RoomOf(string file)
    {
        var folder = file.Contains('/') ? file[..file.LastIndexOf('/')] : "";
        return Rooms
            .Where(room => folder == room.Name || (room.Name.Length > 0 && folder.StartsWith(room.Name + "/", StringComparison.Ordinal)))
            .MaxBy(room => room.Name.Length);
    }

    /// <summary>Gets the rooms that a room may refer to, itself not included.</summary>
    public IEnumerable<Room> ReferencesOf(Room room) =>
        room.MayReferTo.Contains(Room.All)
            ? Rooms.Where(other => other != room && !other.MayReferTo.Contains(Room.All))
            : room.MayReferTo.Select(name => Rooms.Single(other => other.Name == name));

    /// <summary>Gets the length of the longest way down from a room, or throws where the table has a cycle.</summary>
    public int LevelOf(Room room) => LevelOf(room, []);

    /// <summary>Gets the references that no longer way implies, which is all that a picture needs.</summary>
    public IEnumerable<Room> NearReferencesOf(Room room)
    {
        var references = ReferencesOf(room).ToList();
        return references.Where(one => !references.Any(other => other != one && Reaches(other, one)));
    }

    private bool Reaches(Room from, Room to) => ReferencesOf(from).Any(next => next == to || Reaches(next, to));

    private int LevelOf(Room room, IReadOnlyList<Room> way)
    {
        if (way.Contains(room))
        {
            var cycle = string.Join(" → ", way.Append(room).Select(one => one.Title));
            throw new InvalidOperationException($"The table of {Name} has a cycle: {cycle}.");
        }

        return ReferencesOf(room).Select(next => 1 + LevelOf(next, [.. way, room])).DefaultIfEmpty(0).Max();
    }
}
