using System.Text;

namespace Pipulate.Events.Values;

/// <summary>
/// Writes a value into a text as a person would, so that it stays data: cut, without characters that hide or reorder what stands there,
/// and in a prompt with every text as a JSON string, which it cannot close.
/// </summary>
internal static class PlaceholderValue
{
    /// <summary>Stands in the place of a value that cannot be read.</summary>
    public const string Unknown = "(unknown)";

    /// <summary>Appends a value: for people in the current culture, for the model in none.</summary>
    /// <param name="text">Receives it.</param>
    /// <param name="value">The value.</param>
    /// <param name="quoted">Whether it is for the model, or for people.</param>
    /// <param name="longest">The most characters of it.</param>
    /// <param name="shapes">What looks into objects; null where none are expected.</param>
    /// <param name="failed">Receives what a member of the value has thrown; "(unknown)" stands in its place.</param>
    public static void Append(
        StringBuilder text, object? value, bool quoted, int longest, IValueShapes? shapes = null, Action<Exception>? failed = null)
    {
        if (value is string words)
        {
            AppendText(text, words, quoted, longest);
            return;
        }

        new ValueWriter(text, quoted, longest, shapes, failed).Write(value);
    }

    /// <summary>Appends a text.</summary>
    /// <returns>How many characters of the limit it took.</returns>
    public static int AppendText(StringBuilder text, string value, bool quoted, int longest)
    {
        if (!quoted)
        {
            return CleanText.Append(text, value, longest, escaped: false);
        }

        text.Append('"');
        var taken = CleanText.Append(text, value, longest, escaped: true);
        text.Append('"');
        return taken;
    }
}
