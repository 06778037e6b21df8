namespace Pipulate.Events.Values;

/// <summary>Represents a member of an object or an entry of a dictionary.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Read">Reads its value; may throw what the application's code throws.</param>
internal readonly record struct ValueMember(string Name, Func<object?> Read);
