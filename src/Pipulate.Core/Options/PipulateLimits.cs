namespace Pipulate;

/// <summary>
/// Configures what is accepted and what may be spent (section <c>Pipulate:Limits</c>).
/// </summary>
public sealed class PipulateLimits
{
    /// <summary>
    /// Gets or sets the largest message that a page may send, in bytes of UTF-8, of a form without its percent-encoding. A larger one
    /// closes the socket with 1009, or is refused by
    /// <c>/message</c> and <c>/chatq</c> with 413. It is never less than <see cref="MessageCharacters"/> and <see cref="EventCharacters"/>
    /// need in any script: 6 bytes a character, and 8,192.
    /// </summary>
    /// <value>The default is 32,768; from 1,024 to 1,048,576.</value>
    public int MessageBytes { get; set; } = 32_768;

    /// <summary>
    /// Gets or sets how many characters a person may type in one message. They are UTF-16 code units, which .NET and browsers count alike
    /// (an emoji is two or more), and a new line is one.
    /// The panel shows the count when it nears the limit, and a longer text stays in the input.
    /// </summary>
    /// <value>The default is 4,000; from 1 to 100,000.</value>
    public int MessageCharacters { get; set; } = 4_000;

    /// <summary>
    /// Gets or sets how many characters of an event's rendered text reach the model; the rest is cut. A longer message is refused by
    /// <c>/chatq</c>.
    /// </summary>
    /// <value>The default is 500; from 50 to 100,000.</value>
    public int EventCharacters { get; set; } = 500;

    /// <summary>
    /// Gets or sets how many characters of one placeholder's value enter a text; the rest is cut.
    /// </summary>
    /// <value>The default is 200; from 1 to 100,000.</value>
    public int ValueCharacters { get; set; } = 200;

    /// <summary>
    /// Gets or sets how many messages a visitor may type in a minute, and as many events their pages may send; see
    /// <see cref="MessageBurst"/>.
    /// </summary>
    /// <value>The default is 20; from 1 to 1,000,000.</value>
    public int MessagesPerMinute { get; set; } = 20;

    /// <summary>
    /// Gets or sets how many messages may come at once before <see cref="MessagesPerMinute"/> holds them back.
    /// </summary>
    /// <value>The default is 10; from 1 to 1,000,000.</value>
    public int MessageBurst { get; set; } = 10;

    /// <summary>
    /// Gets or sets how many messages may be typed in a minute, or at once, by all visitors without a name at one address, or one IPv6
    /// network, and as many events their pages may send, because a browser without its cookies is a new visitor each time. Signed-in users
    /// are not counted here, nor is this machine itself.
    /// </summary>
    /// <value>The default is 200; from 1 to 1,000,000.</value>
    public int MessagesPerMinutePerAddress { get; set; } = 200;

    /// <summary>
    /// Gets or sets how many pages one visitor may have connected. One more is refused at the handshake with 429.
    /// </summary>
    /// <value>The default is 10; from 1 to 1,000,000. Not applied when everybody shares one conversation.</value>
    public int ConnectionsPerVisitor { get; set; } = 10;

    /// <summary>
    /// Gets or sets how many pages of visitors without a name may be connected from one address, or one IPv6 network. One more is refused
    /// at the handshake with 429. Signed-in users are not counted here, nor is this machine itself. Behind a proxy the application has to
    /// know who asks: <c>app.UseForwardedHeaders()</c>.
    /// </summary>
    /// <value>The default is 50; from 1 to 1,000,000.</value>
    public int ConnectionsPerAddress { get; set; } = 50;

    /// <summary>
    /// Gets or sets how many pages may be connected to this server. One more is refused at the handshake with 503.
    /// </summary>
    /// <value>The default is 10,000; from 1 to 1,000,000.</value>
    public int Connections { get; set; } = 10_000;

    /// <summary>
    /// Gets or sets how many answers the model writes at once, in this process.
    /// </summary>
    /// <value>The default is 4; from 1 to 1,000.</value>
    public int Generations { get; set; } = 4;

    /// <summary>
    /// Gets or sets how many answers the model begins in a minute, in this process. Past it events stay without a comment, and typed
    /// messages wait.
    /// </summary>
    /// <value>The default is 0: no limit; up to 1,000,000.</value>
    public int GenerationsPerMinute { get; set; }

    /// <summary>
    /// Gets or sets how many answers the model begins in a minute in one conversation. Past it events stay without a comment, and typed
    /// messages wait.
    /// </summary>
    /// <value>The default is 0: no limit; up to 1,000,000.</value>
    public int GenerationsPerConversationPerMinute { get; set; }

    /// <summary>
    /// Gets or sets how long an answer may be, in tokens, but for half of the model's context (<see cref="ContextTokens"/>). The model is
    /// given the limit; Ollama then ends the answer by itself.
    /// </summary>
    /// <value>The default is 1,024; from 1 to 1,000,000.</value>
    public int AnswerTokens { get; set; } = 1_024;

    /// <summary>
    /// Gets or sets how much of the model's context is used, in tokens: the request and the answer share it. When a conversation
    /// exceeds it, requests leave out its oldest turns.
    /// </summary>
    /// <value>
    /// The default is 0: the context that the model has, as far as that is known (Ollama's <c>num_ctx</c>, or what its server says, of
    /// which 32,768 are used), else 4,096. Otherwise from 512 to 10,000,000.
    /// </value>
    public int ContextTokens { get; set; }

    /// <summary>
    /// Gets or sets how long the first token may take. A cold model loads for minutes, and giving up aborts the load.
    /// </summary>
    /// <value>The default is 10 minutes; from 1 millisecond to a day.</value>
    public TimeSpan FirstToken { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>
    /// Gets or sets how long the model may be silent between two tokens.
    /// </summary>
    /// <value>The default is 30 seconds; from 1 millisecond to a day.</value>
    public TimeSpan Idle { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Gets or sets how long a whole answer may take, from its first token on.
    /// </summary>
    /// <value>The default is 5 minutes; from 1 millisecond to a day.</value>
    public TimeSpan Answer { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// Gets or sets how long an answer goes on while no page shows its conversation. A reload or a hidden tab is back long before.
    /// </summary>
    /// <value>The default is 60 seconds; from 1 millisecond to a day.</value>
    public TimeSpan Unwatched { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// Gets or sets how long one write to a page may take before its connection is closed. It reconnects and gets everything.
    /// </summary>
    /// <value>The default is 10 seconds; from 1 millisecond to a day.</value>
    public TimeSpan Send { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Gets the bytes that a message may have: <see cref="MessageBytes"/>, or what the characters need. JSON takes six bytes at most for a
    /// code unit (an escaped control), UTF-8 three;
    /// the rest is for htmx's headers, the antiforgery token and a page's own fields.
    /// </summary>
    internal int LargestMessage => Math.Max(MessageBytes, (6 * Math.Max(MessageCharacters, EventCharacters)) + 8_192);
}
