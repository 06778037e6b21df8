using AngleSharp.Dom;
using AngleSharp.Html.Parser;

namespace Pipulate.Tests;

/// <summary>
/// The panel's document as htmx builds it out of the server's messages. It follows htmx 4, the stricter of the two: all targets of a message are
/// looked up before any swap, and what has no hx-swap-oob would take the place of the whole panel, so it must not come.
/// </summary>
internal sealed class PanelDom
{
    private static readonly HtmlParser Parser = new();
    private static readonly string[] Swaps = ["innerHTML", "beforeend", "true", "delete"];

    private readonly IDocument _page = Parser.ParseDocument(
        "<section id=\"chat-panel\"><p id=\"chat-status\"></p><div id=\"msg-list\"></div><input id=\"msg-id\"><div id=\"chat-hint\"></div><input id=\"msg\"></section>");

    public sealed record Entry(string Id, string Role, string State, string Text);

    public string Status => TextOf("chat-status")!;

    public IReadOnlyList<Entry> Entries =>
    [
        .. _page.GetElementById("msg-list")!.Children.Select(element => new Entry(
            element.Id!, element.GetAttribute("data-role")!, element.GetAttribute("data-state")!, TextOf(element.Id + "t")!)),
    ];

    public string? TextOf(string elementId) => _page.GetElementById(elementId)?.TextContent;

    public string? ReasonOf(string entryId) => _page.GetElementById(entryId)?.QuerySelector(".chat-reason")?.TextContent;

    /// <summary>Applies one message, and asserts that it is of the form that both htmx versions read alike.</summary>
    public void Apply(string message)
    {
        Assert.StartsWith("<", message, StringComparison.Ordinal);
        var nodes = Parser.ParseFragment(message, _page.Body!).ToList();
        var swaps = new List<(IElement Target, string Swap, IElement Carrier)>();
        foreach (var node in nodes)
        {
            var carrier = Assert.IsType<IElement>(node, exactMatch: false);
            var swap = carrier.GetAttribute("hx-swap-oob");
            Assert.False(string.IsNullOrEmpty(carrier.Id), $"A top-level element without an id: {carrier.OuterHtml}");
            Assert.Contains(swap, Swaps);
            Assert.Empty(carrier.QuerySelectorAll("[hx-swap-oob]"));
            if (_page.GetElementById(carrier.Id) is { } target)
            {
                swaps.Add((target, swap!, carrier));
            }
            else
            {
                Assert.Equal("delete", swap);
            }
        }

        foreach (var (target, swap, carrier) in swaps)
        {
            Swap(target, swap, carrier);
        }
    }

    private static void Swap(IElement target, string swap, IElement carrier)
    {
        switch (swap)
        {
            case "innerHTML":
                target.InnerHtml = "";
                target.Append([.. carrier.ChildNodes]);
                break;
            case "beforeend":
                target.Append([.. carrier.ChildNodes]);
                break;
            case "true":
                carrier.RemoveAttribute("hx-swap-oob");
                target.Replace(carrier);
                break;
            default:
                target.Remove();
                break;
        }
    }
}
