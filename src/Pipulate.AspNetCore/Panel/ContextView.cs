using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using Microsoft.Extensions.AI;
using Pipulate.Conversations;
using Pipulate.Localization;

namespace Pipulate.Panel;

/// <summary>Renders the inside of <c>&lt;chat-context&gt;</c> as HTML.</summary>
/// <param name="version">The version of htmx that reads it.</param>
/// <param name="address">The address to which its buttons post.</param>
/// <param name="tokenName">The name of the antiforgery field.</param>
/// <param name="token">The antiforgery token.</param>
/// <param name="texts">The panel's texts.</param>
internal sealed class ContextView(HtmxVersion version, string address, string tokenName, string token, PanelTexts texts)
{
    private readonly StringBuilder _html = new();

    public string Render(Conversation conversation, IEnumerable<ChatMessage> request)
    {
        var events = conversation.ReadEvents();
        _html.Append("<p class=\"chat-context-state\">")
            .Append(Text(conversation.Details.IsPaused ? TextKey.ContextPaused : TextKey.ContextRecording))
            .Append("</p><div class=\"chat-context-actions\">");
        WriteButton(conversation.Details.IsPaused ? "resume" : "pause", conversation.Details.IsPaused ? TextKey.Resume : TextKey.Pause);
        if (events.Count > 0)
        {
            WriteButton("forget-all", TextKey.ForgetAll);
        }

        _html.Append("</div><ul class=\"chat-context-events\">");
        foreach (var recorded in events)
        {
            _html.Append("<li><time datetime=\"").Append(recorded.At.ToString("O", CultureInfo.InvariantCulture)).Append("\">")
                .Append(recorded.At.ToString("HH:mm:ss", CultureInfo.InvariantCulture))
                    .Append(" UTC</time> <span>")
                    .Append(Encode(recorded.Text))
                    .Append("</span>");
            WriteButton("forget", TextKey.Forget, recorded);
            _html.Append("</li>");
        }

        if (events.Count == 0)
        {
            _html.Append("<li>").Append(Text(TextKey.NothingRecorded)).Append("</li>");
        }

        _html.Append("</ul><h3>").Append(Text(TextKey.NextRequest)).Append("</h3><ol class=\"chat-context-prompt\">");
        foreach (var message in request)
        {
            _html.Append("<li data-role=\"").Append(Encode(message.Role.Value)).Append("\"><pre>").Append(Encode(message.Text)).Append(
                "</pre></li>");
        }

        return _html.Append("</ol>").ToString();
    }

    private static string Encode(string text) => HtmlEncoder.Default.Encode(text);

    private string Text(TextKey key) => Encode(texts[key]);

    private void WriteButton(string what, TextKey label, RecordedEvent? recorded = null)
    {
        _html.Append("<form").Append(HtmxBoundary.RequestText(version, "post", address)).Append(
            " hx-trigger=\"submit\" hx-target=\"#chat-context-body\" hx-swap=\"innerHTML\">")
            .Append("<input type=\"hidden\" name=\"").Append(Encode(tokenName)).Append("\" value=\"").Append(Encode(token)).Append("\">")
            .Append("<input type=\"hidden\" name=\"do\" value=\"").Append(what).Append("\">");
        if (recorded is not null)
        {
            _html.Append("<input type=\"hidden\" name=\"event\" value=\"").Append(recorded.Id.ToString("N")).Append(
                "\"><button aria-label=\"").Append(Encode(texts.Format(TextKey.ForgetNamed, recorded.Text))).Append("\">");
        }
        else
        {
            _html.Append("<button>");
        }

        _html.Append(Text(label)).Append("</button></form>");
    }
}
