using System.Globalization;
using Microsoft.AspNetCore.Mvc.Rendering;
using Pipulate.Localization;
using Pipulate.Rendering;

namespace Pipulate.Panel;

/// <summary>Creates the panel's elements from texts and settings alone.</summary>
internal static class PanelElements
{
    private static readonly (string When, TextKey Text)[] States = [
        ("open", TextKey.Connected), ("connecting", TextKey.Connecting), ("closed", TextKey.Disconnected)
    ];

    /// <summary>Creates an element.</summary>
    public static TagBuilder Create(
        string name, string? id, string? cssClass, params ReadOnlySpan<(string Name, string Value)> attributes)
    {
        var element = new TagBuilder(name) { TagRenderMode = name == "input" ? TagRenderMode.SelfClosing : TagRenderMode.Normal };
        if (id is not null)
        {
            element.Attributes["id"] = id;
        }

        if (cssClass is not null)
        {
            element.Attributes["class"] = cssClass;
        }

        foreach (var (key, value) in attributes)
        {
            element.Attributes[key] = value;
        }

        return element;
    }

    /// <summary>
    /// Creates the greeting, which the style sheet hides after the first message. Each suggestion is a form with a message id, so a double
    /// click sends it once.
    /// </summary>
    public static TagBuilder Greeting((string, string)[] sending, PipulateOptions options, PanelTexts texts)
    {
        var greeting = Create("div", PanelIds.Greeting, "chat-greeting");
        if (options.Greeting is { } text)
        {
            var line = Create("p", null, null, ("dir", "auto"));
            line.InnerHtml.Append(text);
            greeting.InnerHtml.AppendHtml(line);
        }

        if (options.Suggestions.Count > 0)
        {
            var group = Create("div", null, "chat-suggestions", ("role", "group"), ("aria-label", texts[TextKey.Suggestions]));
            foreach (var suggestion in options.Suggestions)
            {
                var button = Create("button", null, null, ("type", "submit"), ("dir", "auto"));
                button.InnerHtml.Append(suggestion);
                var form = Create("form", null, null, sending);
                form.InnerHtml
                    .AppendHtml(Create("input", null, null, ("type", "hidden"), ("name", "mid"), ("value", PanelFragments.NewMessageId())))
                    .AppendHtml(Create("input", null, null, ("type", "hidden"), ("name", "msg"), ("value", suggestion)))
                    .AppendHtml(button);
                group.InnerHtml.AppendHtml(form);
            }

            greeting.InnerHtml.AppendHtml(group);
        }

        return greeting;
    }

    /// <summary>
    /// Creates the bar between the messages and the input: the connection's state, and two buttons that appear without moving anything.
    /// </summary>
    public static TagBuilder Bar((string, string)[] sending, PanelTexts texts)
    {
        var state = Create("p", null, "chat-state", ("role", "status"));
        foreach (var (when, label) in States)
        {
            var text = Create("span", null, null, ("data-when", when));
            text.InnerHtml.Append(texts[label]);
            state.InnerHtml.AppendHtml(text);
        }

        var newest = Create("button", PanelIds.Newest, null, ("type", "button"));
        newest.InnerHtml.Append(texts[TextKey.Newest]);
        var stop = Create("button", PanelIds.Stop, null, ("type", "submit"), ("value", "stop"));
        stop.InnerHtml.Append(texts[TextKey.Stop]);

        // The one form of all commands: the buttons of the answers belong to it too, wherever they stand.
        var command = Create("form", PanelIds.Command, null, sending);
        command.InnerHtml.AppendHtml(Create("input", null, null, ("type", "hidden"), ("name", "do"))).AppendHtml(stop);
        var bar = Create("div", null, "chat-bar");
        bar.InnerHtml.AppendHtml(state).AppendHtml(newest).AppendHtml(command);
        return bar;
    }

    /// <summary>Creates the form in which the visitor writes.</summary>
    public static TagBuilder Form((string, string)[] sending, ChatPanelOptions settings, int maxCharacters, PanelTexts texts)
    {
        var id = Create("input", PanelIds.MessageId, null, ("type", "hidden"), ("name", "mid"), ("value", PanelFragments.NewMessageId()));
        var input = Create("textarea", PanelIds.Input, null,
            ("name", "msg"),
            ("rows", "1"),
            ("aria-label", texts[TextKey.Message]),
            ("placeholder", settings.Placeholder ?? texts[TextKey.Placeholder]),
            ("autocomplete", "off"),
            ("enterkeyhint", "send"),
            ("dir", "auto"),
            ("data-most", maxCharacters.ToString(CultureInfo.InvariantCulture)),
            ("required", ""));
        var send = Create("button", PanelIds.Send, null, ("type", "submit"));
        send.InnerHtml.Append(texts[TextKey.Send]);
        if (settings.Value is not null)
        {
            // The parser drops a newline that stands first.
            input.InnerHtml.AppendHtml("\n").Append(settings.Value);
        }

        if (settings.Autofocus)
        {
            input.Attributes["autofocus"] = "";
        }

        if (settings.Disabled)
        {
            input.Attributes["disabled"] = "";
            send.Attributes["disabled"] = "";
        }

        var group = Create("div", PanelIds.InputGroup, "chat-input-group", ("role", "group"));
        group.InnerHtml.AppendHtml(input).AppendHtml(send);
        var form = Create("form", PanelIds.Form, "chat-form", sending);
        form.InnerHtml
            .AppendHtml(id)
            .AppendHtml(Create("div", PanelIds.Hint, "chat-hint", ("role", "alert")))
            .AppendHtml(Create("div", PanelIds.Count, "chat-count", ("aria-hidden", "true")))
            .AppendHtml(group);
        return form;
    }
}
