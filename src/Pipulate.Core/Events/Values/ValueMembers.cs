namespace Pipulate.Events.Values;

/// <summary>Represents an object by its members.</summary>
/// <param name="Members">The members.</param>
/// <param name="Named">Whether their names come from code, and not from what a user may have typed.</param>
internal sealed record ValueMembers(IEnumerable<ValueMember> Members, bool Named);
