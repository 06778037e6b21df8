using System.Text;
using Pipulate.Architecture.Rooms;

namespace Pipulate.Architecture.Pages;

/// <summary>Writes the tables of rooms and their pictures for docs/concepts.md.</summary>
internal static class RoomsPage
{
    public static string Write()
    {
        var page = new StringBuilder();
        foreach (var package in (Package[])[Packages.Core, Packages.Web])
        {
            page.Append("### `").Append(package.Name).Append("`\n\n");
            WriteTable(page, package);
            page.Append('\n');
            WritePicture(page, package);
            page.Append('\n');
        }

        return page.ToString().TrimEnd('\n') + "\n";
    }

    private static void WriteTable(StringBuilder page, Package package)
    {
        page.Append("| room | one job | may refer to |\n|---|---|---|\n");
        foreach (var room in package.Rooms)
        {
            page.Append("| ").Append(Code(room.Name)).Append(" | ").Append(room.Job).Append(" | ").Append(References(room)).Append(" |\n");
        }
    }

    private static string References(Room room) =>
        room.MayReferTo.Contains(Room.All) ? "all; no room refers to it"
        : room.MayReferTo.Count == 0 ? "none"
        : string.Join(", ", room.MayReferTo.Select(Code));

    private static string Code(string name) => name.Length == 0 ? "root" : $"`{name}`";

    private static void WritePicture(StringBuilder page, Package package)
    {
        page.Append("```mermaid\nflowchart TD\n");
        foreach (var room in package.Rooms)
        {
            page.Append("  ").Append(Id(room)).Append("[\"").Append(room.Title).Append("\"]\n");
        }

        foreach (var room in package.Rooms)
        {
            foreach (var reference in package.NearReferencesOf(room))
            {
                page.Append("  ").Append(Id(room)).Append(" --> ").Append(Id(reference)).Append('\n');
            }
        }

        page.Append("```\n");
    }

    private static string Id(Room room) => room.Title.Replace('/', '_');
}
