namespace Pipulate.Nodes;

/// <summary>What a message between nodes is made of.</summary>
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
