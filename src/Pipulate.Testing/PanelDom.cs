using AngleSharp.Dom;
using AngleSharp.Html.Dom;
using AngleSharp.Html.Parser;

namespace Pipulate.Testing;

/// <summary>
/// Holds what a page shows after the messages that it got, as htmx 4 applies them (the stricter of the two): all targets of a message are
/// looked up before anything is swapped, and a target that is missing is ignored. Each message is first checked for the form that both
/// versions read alike.
/// </summary>
internal sealed class PanelDom
{
    private const string Attribute = "hx-swap-oob";
    private const string EmptyPage =
        """
        <!DOCTYPE html><html><body><div id="chat-panel"><div id="chat-status"></div><div id="msg-list"></div>
        <form id="chat-form"><div id="chat-hint"></div><input type="hidden" id="msg-id" name="mid" value=""><div id="input-group">
        <textarea id="msg" name="msg"></textarea><button id="send-btn">Send</button></div></form></div></body></html>
        """;

    private readonly HtmlParser _parser = new();
    private readonly IHtmlDocument _page;

    public PanelDom() => _page = _parser.ParseDocument(EmptyPage);

    public IReadOnlyList<(string Id, string Role, string State, string Text)> Entries =>
        [.. _page.GetElementById("msg-list")!.Children.Select(entry => (
            entry.Id!,
                entry.GetAttribute("data-role")!,
                entry.GetAttribute("data-state")!,
                (entry.QuerySelector(".chat-text") ?? entry).TextContent))];

    public string Status => TextOf("chat-status")!;

    /// <summary>Gets what the page shows of each entry, as markup.</summary>
    public IReadOnlyList<string> EntriesHtml => [.. _page.GetElementById("msg-list")!.Children.Select(entry => entry.OuterHtml)];

    /// <summary>Gets the text inside an element; null when the page has none with that id.</summary>
    public string? TextOf(string elementId) => _page.GetElementById(elementId)?.TextContent;

    /// <summary>Gets the markup inside an element; null when the page has none with that id.</summary>
    public string? HtmlOf(string elementId) => _page.GetElementById(elementId)?.InnerHtml;

    /// <summary>Gets an attribute of an element; null when the page has none with that id.</summary>
    public string? AttributeOf(string elementId, string name) => _page.GetElementById(elementId)?.GetAttribute(name);

    /// <summary>Gets the sentence that says what an entry waits for; null when there is none.</summary>
    public string? WaitingOf(string entryId) => _page.GetElementById(entryId)?.QuerySelector(".chat-waiting")?.TextContent;

    /// <summary>Gets the sentence that says why an entry failed or was stopped; null when there is none.</summary>
    public string? ReasonOf(string entryId) => _page.GetElementById(entryId)?.QuerySelector(".chat-reason")?.TextContent;

    /// <summary>Gets what the button that regenerates an answer sends; null when there is none.</summary>
    public string? AgainOf(string entryId) => _page.GetElementById(entryId)?.QuerySelector(".chat-again")?.GetAttribute("value");

    /// <summary>Gets the label of the button that copies the first code inside an element; null when there is none.</summary>
    public string? LabelOfCode(string elementId) =>
        _page.GetElementById(elementId)?.QuerySelector("pre > .chat-copy")?.GetAttribute("aria-label");

    public void Apply(string message)
    {
        Hold(message.StartsWith('<'), "A message is no HTML", message);
        var carriers = _parser.ParseFragment(message, _page.Body!).Select(AsCarrier).ToArray();
        HoldThatNothingRefersToWhatIsMadeHere(carriers, message);

        var swaps = carriers.Select(carrier => (Carrier: carrier, Target: _page.GetElementById(carrier.Id!))).ToArray();
        foreach (var (carrier, target) in swaps)
        {
            if (target is not null)
            {
                Swap(carrier, target);
            }
        }
    }

    private static void Hold(bool rule, string broken, string html)
    {
        if (!rule)
        {
            throw new InvalidOperationException($"{broken}: {html}");
        }
    }

    private static IElement AsCarrier(INode node)
    {
        if (node is not IElement carrier)
        {
            throw new InvalidOperationException($"A message has text at top level: {node.TextContent}");
        }

        Hold(!string.IsNullOrEmpty(carrier.Id), "A top-level element has no id", carrier.OuterHtml);
        Hold(carrier.GetAttribute(Attribute) is "beforeend"
            or "innerHTML"
            or "true"
            or "delete", "A top-level element does not say where it belongs", carrier.OuterHtml);
        Hold(carrier.QuerySelectorAll(
            $"[{Attribute}]").Length == 0, "An element inside another one says where it belongs", carrier.OuterHtml);
        return carrier;
    }

    private static void HoldThatNothingRefersToWhatIsMadeHere(IElement[] carriers, string message)
    {
        var made = carriers.SelectMany(carrier => carrier.QuerySelectorAll("[id]")).Select(element => element.Id!).ToList();
        Hold(made.Count == made.Distinct().Count(), "An id is made twice", message);
        Hold(!carriers.Any(carrier => made.Contains(carrier.Id!)), "An id is made and referred to in one message", message);

        var gone = carriers.Where(carrier => carrier.GetAttribute(Attribute) is "true" or "delete").Select(carrier => carrier.Id);
        Hold(gone.All(id => carriers.Count(carrier => carrier.Id == id) == 1), "What is replaced is referred to twice", message);
    }

    private static void Swap(IElement carrier, IElement target)
    {
        switch (carrier.GetAttribute(Attribute))
        {
            case "beforeend":
                target.Append([.. carrier.ChildNodes]);
                break;
            case "innerHTML":
                target.TextContent = "";
                target.Append([.. carrier.ChildNodes]);
                break;
            case "true":
                carrier.RemoveAttribute(Attribute);
                target.ReplaceWith(carrier);
                break;
            default:
                target.Remove();
                break;
        }
    }
}
