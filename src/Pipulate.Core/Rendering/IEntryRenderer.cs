namespace Pipulate;

/// <summary>
/// Writes entries of the conversation your own way. Register it with <c>AddPipulate().AddEntryRenderer&lt;T&gt;()</c>; there is one for all
/// panels (docs/look.md).
/// </summary>
/// <remarks>
/// Called from many threads at once, under the lock of the conversation: it must be quick, wait for nothing, and keep nothing of what it is
/// given. One that throws is logged, and the entry is written as if there were none.
/// </remarks>
public interface IEntryRenderer
{
    /// <summary>
    /// Writes what stands inside the element of an entry. The element itself, with its id, class and <c>data-</c> attributes, is written
    /// around it.
    /// </summary>
    /// <param name="entry">
    /// The entry, and the parts that the panel would write by itself: put them where they belong, or leave them out.
    /// </param>
    void Render(EntryContent entry);
}
