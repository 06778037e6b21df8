using System.Security.Claims;

namespace Pipulate;

/// <summary>
/// Configures Pipulate, from the configuration section <c>Pipulate</c>. A wrong value stops the host at start and names its key.
/// </summary>
public sealed class PipulateOptions
{
    /// <summary>
    /// Identifies the configuration section that the options are bound from.
    /// </summary>
    public const string SectionName = "Pipulate";

    /// <summary>
    /// Gets or sets who the model is: its character and tone, in a sentence or two. It stands at the head of the system message.
    /// </summary>
    /// <value>The default is a friendly, brief companion.</value>
    public string Persona { get; set; } =
        "You are a friendly companion inside a web application. You are brief and you never make things up.";

    /// <summary>
    /// Gets or sets what gives the persona of one reply, by the user, the page or a profile of the application's own. It must be quick: it
    /// is called before each request to the model.
    /// </summary>
    /// <value>The default is <see langword="null"/>. Where it returns <see langword="null"/>, or throws, <see cref="Persona"/>
    /// holds.</value>
    public Func<ChatTurn, string?>? PersonaFor { get; set; }

    /// <summary>
    /// Gets the limits of context providers.
    /// </summary>
    public PipulateContext Context { get; } = new();

    /// <summary>
    /// Gets or sets for which htmx the tag helpers write their markup, and which one <c>&lt;chat-assets&gt;</c> brings.
    /// </summary>
    /// <value>The default is <see cref="HtmxVersion.V2"/>.</value>
    public HtmxVersion Htmx { get; set; } = HtmxVersion.V2;

    /// <summary>
    /// Gets the settings of the built-in Ollama client. Unused when the application registers an <c>IChatClient</c> of its own.
    /// </summary>
    public OllamaOptions Ollama { get; } = new();

    /// <summary>
    /// Gets or sets whether a scripted demo client replies while no model is available. The panel always says so, with the command that
    /// fixes it.
    /// </summary>
    /// <value>The default is <see langword="false"/>.</value>
    public bool UseDemoVoiceWhenUnavailable { get; set; }

    /// <summary>
    /// Gets or sets whose conversation a page shows.
    /// </summary>
    /// <value>The default is <see cref="ConversationScope.PerVisitor"/>.</value>
    public ConversationScope Conversations { get; set; } = ConversationScope.PerVisitor;

    /// <summary>
    /// Gets or sets who may enter a room: a conversation that several visitors share, beside those of their own. It is asked with the user
    /// and the room's name for each request that names a conversation, such as <c>?conversation=kitchen</c>, so it must be quick. What it
    /// does not allow is not there.
    /// </summary>
    /// <value>The default is <see langword="null"/>: there are no rooms. Not asked where all share one
    /// (<see cref="ConversationScope.Shared"/>).</value>
    public Func<ClaimsPrincipal, string, bool>? MayEnterRoom { get; set; }

    /// <summary>
    /// Gets the origins, such as <c>https://app.example.com</c>, whose pages may connect beside those of the same origin.
    /// </summary>
    /// <value>The default is empty.</value>
    public IList<string> AllowedOrigins { get; } = [];

    /// <summary>
    /// Gets or sets whether only browsers may connect, send and tell: a request that says nothing of where it comes from is refused with
    /// 403. Browsers say it on https and on localhost; by plain http under another name they do not for <c>/sse</c>.
    /// </summary>
    /// <value>The default is <see langword="false"/>: programs that send no <c>Origin</c> may connect. They carry no visitor's cookies but
    /// their own.</value>
    public bool RequireOrigin { get; set; }

    /// <summary>
    /// Gets how browsers keep and send the cookies that tell visitors apart.
    /// </summary>
    public PipulateCookie Cookie { get; } = new();

    /// <summary>
    /// Gets or sets which requests are reported to the model.
    /// </summary>
    /// <value>The default is <see cref="CommentOn.Marked"/>.</value>
    public CommentOn CommentOn { get; set; } = CommentOn.Marked;

    /// <summary>
    /// Gets or sets whether a GET counts as something that the user has done when it was made in advance or to restore the history: by the
    /// browser (<c>Sec-Purpose: prefetch</c>, speculation rules), by htmx's
    /// preload extension (<c>HX-Preloaded</c>), or by the Back button (<c>HX-History-Restore-Request</c>).
    /// </summary>
    /// <value>The default is <see langword="false"/>: none of them is reported to the model.</value>
    public bool CommentOnPrefetch { get; set; }

    /// <summary>
    /// Gets or sets whether what the assistant says is markdown: the model's words, and what the application says by the lane
    /// <see cref="ChatLane.Say"/> and by <see cref="IChatChannel"/>. Raw HTML and images are never shown as such, and links lead to http,
    /// https and mailto only. What a user types is always shown as it is.
    /// </summary>
    /// <value>The default is <see langword="true"/>; <see langword="false"/> shows all text as it is.</value>
    public bool Markdown { get; set; } = true;

    /// <summary>
    /// Gets or sets what stands in a panel in which nothing has been said yet.
    /// </summary>
    /// <value>The default is nothing.</value>
    public string? Greeting { get; set; }

    /// <summary>
    /// Gets what a panel in which nothing has been said yet offers to say: a button each, which sends its text as if the person had typed
    /// it.
    /// </summary>
    /// <value>The default is none.</value>
    public IList<string> Suggestions { get; } = [];

    /// <summary>
    /// Gets or sets how long a word takes when text is typed out: what is said in the lane <see cref="ChatLane.Say"/> or by
    /// <see cref="IChatChannel.SayAsync"/>, and the answers of models that send several words at a time. A text takes ten seconds at
    /// most, and typing is never more than a second behind the model.
    /// </summary>
    /// <value>The default is zero: everything appears as it comes. At most a second.</value>
    public TimeSpan TypingDelay { get; set; }

    /// <summary>
    /// Gets the names of values that are kept from the model, with <c>*</c> for any characters, whatever their case. Wherever a commentary
    /// names one, <c>(redacted)</c> stands in its place. <see cref="ChatRedactAttribute"/> does the same for one property or parameter.
    /// </summary>
    /// <value>The default is <c>*password*</c>, <c>*secret*</c>, <c>*token*</c>, <c>*apikey*</c>, <c>*cardnumber*</c>, <c>cvc</c> and
    /// <c>cvv</c>; names from the configuration are added.</value>
    public IList<string> RedactFields { get; } = ["*password*", "*secret*", "*token*", "*apikey*", "*cardnumber*", "cvc", "cvv"];

    /// <summary>
    /// Gets the events that pages may send, with <c>chat-event</c> in a view or with a POST to <c>/chatq</c>. They are registered in
    /// code.
    /// </summary>
    /// <value>The default is none: pages cannot send events.</value>
    public ChatEventCollection Events { get; } = new();

    /// <summary>
    /// Gets when the model comments.
    /// </summary>
    public PipulateSchedule Schedule { get; } = new();

    /// <summary>
    /// Gets the limits on what comes in and what may be spent.
    /// </summary>
    public PipulateLimits Limits { get; } = new();

    /// <summary>
    /// Gets how long conversations are kept.
    /// </summary>
    public PipulateRetention Retention { get; } = new();
}
