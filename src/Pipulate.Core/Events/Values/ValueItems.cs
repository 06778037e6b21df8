using System.Collections;

namespace Pipulate.Events.Values;

/// <summary>Represents the items of a collection.</summary>
/// <param name="Items">The items. Only as many are taken as are shown.</param>
/// <param name="Count">How many there are.</param>
internal sealed record ValueItems(IEnumerable Items, int Count);
