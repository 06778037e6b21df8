namespace Pipulate.Commentary;

/// <summary>Where the values of a template's placeholders come from.</summary>
internal interface IPlaceholderValues
{
    /// <summary>Looks a name up, as it stands between the braces.</summary>
    bool TryGet(string name, out object? value);
}
