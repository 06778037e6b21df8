namespace Pipulate;

/// <summary>
/// Renders entries of the conversation your own way. Register it with <c>AddPipulate().AddEntryRenderer&lt;T&gt;()</c>; there is one for
/// all
/// panels (docs/look.md).
/// </summary>
/// <remarks>
/// Called from many threads at once, under the lock of the conversation: it must be quick, must not block, and must not keep its argument.
/// An exception is logged, and the entry is rendered as by default.
/// </remarks>
public interface IEntryRenderer
{
    /// <summary>
    /// Writes the content of an entry's element. The element itself, with its id, class and <c>data-</c> attributes, is written around it.
    /// </summary>
    /// <param name="entry">
    /// The entry, and the parts that the panel would write by itself: write them where you want them, or leave them out.
    /// </param>
    void Render(EntryContent entry);
}
