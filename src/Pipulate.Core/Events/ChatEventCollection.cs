using System.Text.RegularExpressions;
using Pipulate.Events;

namespace Pipulate;

/// <summary>
/// Registers the events that pages may send, with what the model is then given. A page names one and brings its message; the words and the
/// lane are the application's.
/// </summary>
public sealed partial class ChatEventCollection
{
    /// <summary>
    /// Describes a message that a page sends without an event's name. Its words come from outside, so they are a quotation.
    /// </summary>
    private static readonly RegisteredEvent Unnamed =
        new("(unnamed)", "The page says: {message}. Remark on it in a sentence, if there is something to remark.", ChatLane.Comment);

    private readonly Dictionary<string, RegisteredEvent> _events = new(StringComparer.Ordinal);

    /// <summary>
    /// Gets or sets whether a page may also post a message to <c>/chatq</c> without naming an event. The model is then given the message
    /// as what the page says.
    /// </summary>
    /// <value>The default is <see langword="false"/>.</value>
    public bool AcceptUnnamed { get; set; }

    /// <summary>
    /// Gets how many events are registered.
    /// </summary>
    public int Count => _events.Count;

    /// <summary>
    /// Registers an event.
    /// </summary>
    /// <param name="name">
    /// Its name, as pages write it: a small letter, then small letters, digits, <c>-</c> and <c>_</c>; 64 characters at most.
    /// </param>
    /// <param name="template">
    /// What happened and what is wanted, such as <c>The profile is now {message}.</c> The message becomes a JSON string, so write no
    /// quotation marks around it. <c>{{</c> is a brace.
    /// </param>
    /// <param name="lane">What becomes of the event. Pages cannot choose it.</param>
    /// <exception cref="ArgumentException">
    /// The name is no name or is taken, there is no text, or it has a placeholder other than <c>{message}</c>.
    /// </exception>
    /// <exception cref="FormatException">The template cannot be parsed.</exception>
    public void Add(string name, string template, ChatLane lane = ChatLane.Comment)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(template);
        if (!Name().IsMatch(name))
        {
            throw new ArgumentException(
                $"\"{name}\" cannot be an event's name. Names are like profile_change: "
                    + "a small letter, then small letters, digits, - and _; 64 characters at most.",
                nameof(name));
        }

        if (!Enum.IsDefined(lane))
        {
            throw new ArgumentOutOfRangeException(nameof(lane), lane, $"The event \"{name}\" has no lane.");
        }

        var registered = new RegisteredEvent(name, template, lane);
        if (!_events.TryAdd(name, registered))
        {
            throw new ArgumentException($"The event \"{name}\" is registered twice.", nameof(name));
        }
    }

    /// <summary>
    /// Says whether an event of this name is registered.
    /// </summary>
    /// <param name="name">The name.</param>
    /// <returns>Whether it is.</returns>
    public bool Contains(string name) => _events.ContainsKey(name);

    /// <summary>Finds the event of a name; null where there is none.</summary>
    internal RegisteredEvent? Find(string name) => _events.GetValueOrDefault(name);

    /// <summary>Finds the event of a name. A message without a name is an event where the application says so.</summary>
    internal RegisteredEvent? FindOrUnnamed(string? name) => !string.IsNullOrEmpty(name) ? Find(name) : AcceptUnnamed ? Unnamed : null;

    [GeneratedRegex(@"^[a-z][a-z0-9_-]{0,63}\z")]
    private static partial Regex Name();
}
