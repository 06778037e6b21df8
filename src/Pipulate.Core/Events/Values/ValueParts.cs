using System.Collections;

namespace Pipulate.Events;

/// <summary>Represents the items of a collection.</summary>
/// <param name="Items">The items. Only as many are taken as are shown.</param>
/// <param name="Count">How many there are.</param>
internal sealed record ValueItems(IEnumerable Items, int Count);

/// <summary>Represents an object by its members.</summary>
/// <param name="Members">The members.</param>
/// <param name="Named">Whether their names come from code, and not from what a user may have typed.</param>
internal sealed record ValueMembers(IEnumerable<ValueMember> Members, bool Named);

/// <summary>Represents a member of an object or an entry of a dictionary.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Read">Reads its value; may throw what the application's code throws.</param>
internal readonly record struct ValueMember(string Name, Func<object?> Read);

/// <summary>
/// Stands for a value of which nothing can be shown but what it is called. Written as it is: it is not what a user wrote.
/// </summary>
/// <param name="Words">The name in plain words.</param>
internal sealed record ValueName(string Words);
