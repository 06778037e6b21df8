using System.Text;
using System.Text.Encodings.Web;
using Pipulate.Conversations;
using Pipulate.Localization;
using Pipulate.Storage;

namespace Pipulate.Panel;

/// <summary>
/// Renders the inside of <c>&lt;chat-conversations&gt;</c> as HTML: links, forms and nothing else, so that it works without a script too.
/// </summary>
/// <param name="version">The htmx version of the page.</param>
/// <param name="page">Makes the address of the page that the list is on, with another conversation.</param>
/// <param name="address">The address that its forms post to.</param>
/// <param name="tokenName">The name of the antiforgery field.</param>
/// <param name="token">The antiforgery token.</param>
/// <param name="words">The texts.</param>
internal sealed class ConversationsView(
    HtmxVersion version, Func<string, string> page, string address, string tokenName, string token, PanelTexts words)
{
    public const string Id = "chat-conversations";

    private readonly StringBuilder _html = new();

    public string Render(IReadOnlyList<ConversationSummary> conversations, ConversationId shown)
    {
        OpenForm("", inPlace: false);
        _html.Append("<button>").Append(Encode(words[TextKey.NewConversation])).Append("</button></form><ul>");
        foreach (var summary in conversations)
        {
            WriteItem(summary, summary.Id == shown);
        }

        _html.Append("</ul><details><summary>").Append(Encode(words[TextKey.DeleteAll])).Append("</summary>");
        OpenForm("/delete", inPlace: true);
        _html.Append("<button>").Append(Encode(words[TextKey.DeleteAllForGood])).Append("</button></form></details>");
        if (conversations.FirstOrDefault(summary => summary.Id == shown) is { Title: null })
        {
            // The first words will be its title: the list is fetched again a moment after something was sent.
            _html.Append("<span").Append(HtmxBoundary.RequestText(version, "get", address)).Append(
                " hx-trigger=\"submit from:#chat-panel delay:1s\" hx-target=\"#").Append(Id).Append("\" hx-swap=\"innerHTML\"></span>");
        }

        return _html.ToString();
    }

    private static string Encode(string text) => HtmlEncoder.Default.Encode(text);

    private void WriteItem(ConversationSummary summary, bool isShown)
    {
        var name = ConversationName.Of(summary.Id);
        var title = summary.Title ?? words[TextKey.NewConversation];
        _html.Append("<li><a href=\"").Append(Encode(page(name))).Append('"').Append(isShown ? " aria-current=\"true\"" : "").Append(
            '>').Append(Encode(title))
            .Append("</a><details><summary aria-label=\"")
                .Append(Encode(words.Format(TextKey.ConversationOptions, title)))
                .Append("\">\u22ef</summary>");
        OpenForm($"/{name}/rename", inPlace: true);
        _html.Append("<label>").Append(Encode(words[TextKey.ConversationTitle])).Append(" <input name=\"title\" maxlength=\"").Append(
            ConversationTitle.Longest).Append("\" value=\"").Append(Encode(summary.Title ?? ""))
            .Append("\" autocomplete=\"off\"></label><button>").Append(Encode(words[TextKey.Rename])).Append("</button></form>");
        var export = $"{Encode(address)}/{name}";
        _html.Append("<p>").Append(Encode(words[TextKey.Export])).Append(" <a href=\"").Append(export).Append(
            ".md\" download>Markdown</a> <a href=\"").Append(export).Append(".json\" download>JSON</a></p>");
        OpenForm($"/{name}/delete", inPlace: true);
        _html.Append("<button aria-label=\"").Append(Encode(words.Format(TextKey.DeleteNamed, title))).Append("\">").Append(
            Encode(words[TextKey.Delete])).Append("</button></form></details></li>");
    }

    private void OpenForm(string path, bool inPlace)
    {
        var action = Encode(address + path);
        _html.Append("<form method=\"post\" action=\"").Append(action).Append('"');
        if (inPlace)
        {
            _html.Append(HtmxBoundary.RequestText(version, "post", address + path)).Append(" hx-trigger=\"submit\" hx-target=\"#").Append(
                Id).Append("\" hx-swap=\"innerHTML\"");
        }

        _html.Append("><input type=\"hidden\" name=\"").Append(Encode(tokenName)).Append("\" value=\"").Append(Encode(token)).Append("\">");
    }
}
