using System.Globalization;
using Pipulate.Events.Values;

namespace Pipulate.Events;

/// <summary>Supplies the values of a template's placeholders.</summary>
internal interface IPlaceholderValues
{
    /// <summary>Gets what looks into objects; null where values are texts and numbers only.</summary>
    IValueShapes? Shapes => null;

    /// <summary>Gets the culture of the person who reads what is not for the model; null for the current one.</summary>
    CultureInfo? Reader => null;

    /// <summary>Looks a name up, as it stands between the braces.</summary>
    bool TryGet(string name, out object? value);

    /// <summary>Reports what the application's code has thrown while a value was read.</summary>
    /// <returns>Whether the text is written all the same, with "(unknown)" in the value's place.</returns>
    bool TryReport(string name, Exception exception) => false;
}
