using System;
using System.IO;
using System.Linq;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Microsoft.Build.Utilities;

/// <summary>
/// Makes what a package says of its static web assets the same each time: in one order, and with one day on which they were last written,
/// which else is when npm fetched them or git checked them out. Compiled and run by MSBuild (Packaging.targets), whose own functions would
/// take the backslashes in the file for those of a path.
/// </summary>
public sealed class SettleAssets : Task
{
    /// <summary>The file that describes the assets.</summary>
    public string Description { get; set; }

    /// <summary>The day, in seconds since 1970.</summary>
    public long Day { get; set; }

    public override bool Execute()
    {
        var project = XElement.Load(Description);
        foreach (var items in project.Elements())
        {
            items.ReplaceNodes(items
                .Elements()
                .OrderBy(item => (string)item.Attribute("Include"), StringComparer.Ordinal)
                .ThenBy(item => item.ToString(), StringComparer.Ordinal)
                .ToList());
        }

        var day = DateTimeOffset.FromUnixTimeSeconds(Day).ToString("R");
        var text = Regex.Replace(project.ToString(), "(?<=\"Last-Modified\",\"Value\":\")[^\"]+", day);
        File.WriteAllText(Description, Regex.Replace(text, "(?<=<LastWriteTime>)[^<]+", day), new UTF8Encoding(false));
        return true;
    }
}
