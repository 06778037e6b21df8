using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using Microsoft.Extensions.AI;
using Pipulate.Conversations;

namespace Pipulate.Panel;

/// <summary>The inside of <c>&lt;chat-context&gt;</c> as HTML.</summary>
/// <param name="version">The htmx that reads it.</param>
/// <param name="address">Where its buttons post to.</param>
/// <param name="tokenName">The name of the antiforgery field.</param>
/// <param name="token">The antiforgery token.</param>
internal sealed class ContextView(HtmxVersion version, string address, string tokenName, string token)
{
    private readonly StringBuilder _html = new();

    public string Render(Conversation conversation, IEnumerable<ChatMessage> request)
    {
        var events = conversation.ReadEvents();
        _html.Append("<p class=\"chat-context-state\">").Append(conversation.IsPaused
            ? "Paused: what you do on this page is not recorded."
            : "What you do on this page is told to the model, as listed here.").Append("</p><div class=\"chat-context-actions\">");
        WriteButton(conversation.IsPaused ? "resume" : "pause", conversation.IsPaused ? "Resume" : "Pause");
        if (events.Count > 0)
        {
            WriteButton("forget-all", "Forget all");
        }

        _html.Append("</div><ul class=\"chat-context-events\">");
        foreach (var recorded in events)
        {
            _html.Append("<li><time datetime=\"").Append(recorded.At.ToString("O", CultureInfo.InvariantCulture)).Append("\">")
                .Append(recorded.At.ToString("HH:mm:ss", CultureInfo.InvariantCulture))
                    .Append(" UTC</time> <span>")
                    .Append(Encode(recorded.Text))
                    .Append("</span>");
            WriteButton("forget", "Forget", recorded);
            _html.Append("</li>");
        }

        _html.Append(events.Count == 0 ? "<li>Nothing is recorded.</li>" : "").Append(
            "</ul><h3>The next request to the model</h3><ol class=\"chat-context-prompt\">");
        foreach (var message in request)
        {
            _html.Append("<li data-role=\"").Append(Encode(message.Role.Value)).Append("\"><pre>").Append(Encode(message.Text)).Append(
                "</pre></li>");
        }

        return _html.Append("</ol>").ToString();
    }

    private static string Encode(string text) => HtmlEncoder.Default.Encode(text);

    private void WriteButton(string what, string label, RecordedEvent? recorded = null)
    {
        _html.Append("<form").Append(HtmxBoundary.RequestText(version, "post", address)).Append(
            " hx-trigger=\"submit\" hx-target=\"#chat-context-body\" hx-swap=\"innerHTML\">")
            .Append("<input type=\"hidden\" name=\"").Append(Encode(tokenName)).Append("\" value=\"").Append(Encode(token)).Append("\">")
            .Append("<input type=\"hidden\" name=\"do\" value=\"").Append(what).Append("\">");
        if (recorded is not null)
        {
            _html.Append("<input type=\"hidden\" name=\"event\" value=\"").Append(recorded.Id.ToString("N")).Append(
                "\"><button aria-label=\"Forget: ").Append(Encode(recorded.Text)).Append("\">");
        }
        else
        {
            _html.Append("<button>");
        }

        _html.Append(label).Append("</button></form>");
    }
}
