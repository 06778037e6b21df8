namespace Pipulate;

/// <summary>
/// Represents the settings of a chat panel that is not written by its tag helper.
/// </summary>
public sealed class ChatPanelOptions
{
    /// <summary>
    /// Gets or sets the panel's theme.
    /// </summary>
    /// <value>
    /// The default is <c>neutral</c>: light or dark, like the page. <c>light</c> and <c>dark</c> are the same on any page, <c>matrix</c> is
    /// green on black. Any other name is for a style of your own.
    /// </value>
    public string Theme { get; set; } = "neutral";

    /// <summary>
    /// Gets or sets the placeholder of the input.
    /// </summary>
    /// <value>The default is <c>Say something</c>, in the page's language.</value>
    public string? Placeholder { get; set; }

    /// <summary>
    /// Gets or sets the initial text of the input.
    /// </summary>
    /// <value>The default is nothing.</value>
    public string? Value { get; set; }

    /// <summary>
    /// Gets or sets a value indicating whether the input and the button are disabled.
    /// </summary>
    /// <value>The default is <see langword="false"/>.</value>
    public bool Disabled { get; set; }

    /// <summary>
    /// Gets or sets a value indicating whether the input has the focus when the page opens.
    /// </summary>
    /// <value>The default is <see langword="false"/>.</value>
    public bool Autofocus { get; set; }

    /// <summary>
    /// Gets or sets how the panel is connected.
    /// </summary>
    /// <value>The default is <see cref="ChatTransport.WebSocket"/>.</value>
    public ChatTransport Transport { get; set; }
}
