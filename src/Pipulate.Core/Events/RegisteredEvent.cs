namespace Pipulate.Events;

/// <summary>Represents an event that pages may send.</summary>
internal sealed class RegisteredEvent
{
    private const string Message = "message";

    private readonly PromptTemplate _template;
    private readonly ChatLane _lane;

    /// <exception cref="FormatException">The template cannot be parsed.</exception>
    /// <exception cref="ArgumentException">It has no text, or a placeholder that nothing supplies.</exception>
    public RegisteredEvent(string name, string template, ChatLane lane)
    {
        if (string.IsNullOrWhiteSpace(template))
        {
            throw new ArgumentException($"The event \"{name}\" has no text.", nameof(template));
        }

        try
        {
            _template = PromptTemplate.Parse(template);
        }
        catch (FormatException exception)
        {
            throw new FormatException($"The event \"{name}\" cannot be used. {exception.Message}", exception);
        }

        _lane = lane;
        var probe = new Values("");
        _template.Render(probe, quoted: false, longestValue: 1, unknown => throw new ArgumentException(
            $"The event \"{name}\" has the placeholder {{{unknown}}}, which nothing supplies: an event has {{message}} only.",
            nameof(template)));
        SaysMessage = probe.Asked;
    }

    /// <summary>Gets a value indicating whether the message is part of the text, so that there must be one.</summary>
    public bool SaysMessage { get; }

    /// <summary>Gets the event with its message, cut at a number of characters.</summary>
    public ChatEvent With(ConversationId conversation, string message, int longestMessage) =>
        new(conversation, _template.Render(new Values(message), quoted: _lane is not ChatLane.Say, longestMessage))
        {
            Lane = _lane,
            Kind = _template.Source
        };

    private sealed class Values(string message) : IPlaceholderValues
    {
        public bool Asked { get; private set; }

        public bool TryGet(string name, out object? value)
        {
            Asked |= name == Message;
            value = message;
            return name == Message;
        }
    }
}
