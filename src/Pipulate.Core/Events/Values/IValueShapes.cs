namespace Pipulate.Events.Values;

/// <summary>Knows values that can only be looked into by reflection, or that belong to a web framework.</summary>
internal interface IValueShapes
{
    /// <summary>
    /// Gets what is written in a value's place: a text, <see cref="ValueItems"/>, <see cref="ValueMembers"/>, <see cref="ValueName"/>,
    /// <see cref="RedactedValue"/> or the value itself.
    /// </summary>
    object? Describe(object value);

    /// <summary>Gets a value indicating whether a member, a key or a field of this name is to be kept from the model.</summary>
    bool Hides(string name);
}
