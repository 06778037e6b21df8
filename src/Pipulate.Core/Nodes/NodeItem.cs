namespace Pipulate.Nodes;

/// <summary>Specifies the kinds of items that messages between nodes contain.</summary>
internal enum NodeItem : byte
{
    Ask = 1,
    Alive,
    Bye,
    Follow,
    Leave,
    Pause,
    Entry,
    Pages,
    Page,
    PageGone,
    Group,
    Fragment,
    Disconnect,
    Again,
    Gone,
    Vacate,
    Title,
    State,
}
