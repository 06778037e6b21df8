using System.Text.Encodings.Web;

namespace Pipulate.Panel;

/// <summary>
/// Provides the attributes that keep what the page says to htmx from the elements of the chat (docs/htmx.md). What attributes cannot say,
/// such as <c>hx-ext</c> and <c>hx-vals</c> of htmx 2 and
/// <c>hx-status</c> of htmx 4, the scripts <c>pipulate.htmx2.js</c> and <c>pipulate.htmx4.js</c> do for elements with <see cref="Mark"/>.
/// </summary>
internal static class HtmxBoundary
{
    /// <summary>Marks the elements of the chat: the attribute by which the scripts find the elements of the chat.</summary>
    public const string Mark = "data-chat-apart";

    private static readonly string[] Names2 =
    [
        "hx-boost", "hx-confirm", "hx-disabled-elt", "hx-encoding", "hx-include", "hx-indicator", "hx-params", "hx-prompt", "hx-push-url",
        "hx-replace-url", "hx-select", "hx-select-oob",
        "hx-sync", "hx-target",
    ];

    private static readonly string[] Names4 =
    [
        "hx-config", "hx-confirm", "hx-disable", "hx-encoding", "hx-include", "hx-indicator", "hx-prompt", "hx-push-url", "hx-replace-url",
        "hx-select", "hx-select-oob", "hx-sync", "hx-vals",
    ];

    /// <summary>Gets the attributes of one element in htmx 2. Its own <c>hx-request</c> is merged with those around it, and wins.</summary>
    public static IReadOnlyList<(string Name, string Value)> On2 { get; } =
    [
        (Mark, ""), .. Names2.Select(name => (name, "unset")), ("hx-request", """{"timeout":0,"noHeaders":false,"credentials":false}"""),
    ];

    /// <summary>
    /// Gets the attributes of an element and all inside it in htmx 2. The second one counts where
    /// <c>htmx.config.disableInheritance</c> is set, the first where it is not.
    /// </summary>
    public static IReadOnlyList<(string Name, string Value)> Around2 { get; } = [("hx-disinherit", "*"), ("hx-inherit", "*"), .. On2];

    /// <summary>Gets the attributes of one element in htmx 4, where an empty value is the same as no attribute.</summary>
    public static IReadOnlyList<(string Name, string Value)> On4 { get; } = [
        (Mark, ""), ("hx-boost", "false"), .. Names4.Select(name => (name, ""))
    ];

    /// <summary>
    /// Gets the attributes of an element and all inside it in htmx 4: the plain name for <c>htmx.config.implicitInheritance</c>, the other
    /// without.
    /// </summary>
    public static IReadOnlyList<(string Name, string Value)> Around4 { get; } =
        [.. On4, .. On4.Where(attribute => attribute.Name != Mark).Select(attribute => (attribute.Name + ":inherited", attribute.Value))];

    /// <summary>
    /// Gets the attributes of an element that makes a request. htmx 4 reads <c>hx-action</c> first, also of the elements around it.
    /// </summary>
    public static IEnumerable<(string Name, string Value)> Request(HtmxVersion version, string verb, string address) =>
        version is HtmxVersion.V4 ? [("hx-" + verb, address), ("hx-action", address), ("hx-method", verb)] : [("hx-" + verb, address)];

    /// <summary>Renders the attributes of an element that makes a request, each after a space.</summary>
    public static string RequestText(HtmxVersion version, string verb, string address) =>
        string.Concat(
            Request(version, verb, address).Select(attribute => $" {attribute.Name}=\"{HtmlEncoder.Default.Encode(attribute.Value)}\""));
}
