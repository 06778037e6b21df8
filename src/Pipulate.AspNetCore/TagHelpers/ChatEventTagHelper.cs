using System.Net;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Html;
using Microsoft.AspNetCore.Mvc.Rendering;
using Microsoft.AspNetCore.Mvc.ViewFeatures;
using Microsoft.AspNetCore.Razor.TagHelpers;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Pipulate.Commentary;
using Pipulate.Panel;
using Pipulate.Routes;
using Pipulate.Security;
using Pipulate.Text;

namespace Pipulate.TagHelpers;

/// <summary>
/// Handles <c>chat-event="profile_change" chat-message="Pirate"</c> on any element: what the user does with it is given to the model. Where
/// the element has an htmx request of its own, the event travels with it and counts when it succeeded; where it has none, the event is
/// posted to <c>/chatq</c>.
/// </summary>
/// <remarks>
/// Requires the event in <see cref="PipulateOptions.Events"/>, <c>app.UsePipulate()</c> and <c>app.MapPipulate()</c>. Put it on the
/// element that is clicked or changed, not on one around others: with htmx 2, elements inside inherit the attributes.
/// </remarks>
[HtmlTargetElement("*", Attributes = EventAttribute)]
[HtmlTargetElement("input", Attributes = EventAttribute, TagStructure = TagStructure.WithoutEndTag)]
public sealed class ChatEventTagHelper : TagHelper
{
    private const string EventAttribute = "chat-event";
    private const string Headers = "hx-headers";

    private static readonly string[] Requests = ["hx-get", "hx-post", "hx-put", "hx-patch", "hx-delete", "hx-action"];
    private static readonly string[] Sends = ["ws-send", "hx-ws:send", "chat-send"];

    /// <summary>
    /// Gets or sets the view that the helper stands in; set by the framework.
    /// </summary>
    [HtmlAttributeNotBound]
    [ViewContext]
    public ViewContext ViewContext { get; set; } = null!;

    /// <summary>
    /// Gets or sets the event's name, as it is registered.
    /// </summary>
    [HtmlAttributeName(EventAttribute)]
    public string ChatEvent { get; set; } = "";

    /// <summary>
    /// Gets or sets the message, which is cut at <see cref="PipulateLimits.EventCharacters"/>.
    /// </summary>
    /// <value>May be left out where the event's text does not name it.</value>
    [HtmlAttributeName("chat-message")]
    public string? ChatMessage { get; set; }

    /// <summary>
    /// Gets or sets on which browser event it is raised, as <c>hx-trigger</c> has it. Only for an element without a request of its own.
    /// </summary>
    /// <value>The default is <c>change</c> for inputs, selects and text areas, else <c>click</c>.</value>
    [HtmlAttributeName("chat-on")]
    public string? ChatOn { get; set; }

    /// <summary>
    /// Gets the order among the tag helpers of an element: after those that write its request and its headers, such as Htmx.TagHelpers'
    /// <c>hx-headers-*</c>.
    /// </summary>
    /// <value>1 000.</value>
    public override int Order => 1000;

    /// <inheritdoc/>
    public override void Process(TagHelperContext context, TagHelperOutput output)
    {
        ArgumentNullException.ThrowIfNull(output);
        var http = ViewContext.HttpContext;
        var services = http.RequestServices;
        var options = services.GetRequiredService<IOptions<PipulateOptions>>().Value;
        var registered = options.Events.Find(ChatEvent)
            ?? throw Wrong(
                output,
                $"no event of this name is registered. Register it with AddPipulate(options => options.Events.Add(\"{ChatEvent}\", "
                    + "\"…\"))");
        if (registered.SaysMessage && string.IsNullOrWhiteSpace(ChatMessage))
        {
            throw Wrong(output, "the event's text names {message}, so the element needs a chat-message");
        }

        PrivateResponse.MarkPage(http, "chat-event");
        if (!http.Response.HasStarted)
        {
            // A page may raise events before the visitor has seen a panel.
            services.GetRequiredService<VisitorIdentity>().GetOrCreate(http);
        }

        var message = TextCut.Within(ChatMessage ?? "", options.Limits.EventCharacters);
        if (HasRequest(output))
        {
            Travel(output, message, options.Htmx);
        }
        else
        {
            Post(output, message, options.Htmx);
        }
    }

    /// <summary>Sends the event in two headers. The headers that the element itself declares stay.</summary>
    private void Travel(TagHelperOutput output, string message, HtmxVersion version)
    {
        if (ChatOn is not null)
        {
            throw Wrong(output, "chat-on has no effect here, because the event goes with the element's own request: hx-trigger says when");
        }

        // htmx 2 merges an element's headers with those around it by itself. htmx 4 does so only with :append; otherwise the element's own
        // replace all others.
        var own = output.Attributes
            .Select(attribute => attribute.Name)
            .FirstOrDefault(name => Bare(name) is Headers or $"{Headers}:append");
        var inherited = own is null
            ? output.Attributes.Select(attribute => attribute.Name).FirstOrDefault(name => Bare(name) is $"{Headers}:inherited")
            : null;
        var target = own ?? (version is HtmxVersion.V2 || inherited is not null ? Headers : $"{Headers}:append");
        var headers = Read(output, own ?? inherited);
        headers[HeaderEventHandler.Name] = ChatEvent;
        headers[HeaderEventHandler.Message] = Encode(message);
        output.Attributes.SetAttribute(target, headers.ToJsonString());
    }

    /// <summary>Gives the element a request of its own.</summary>
    private void Post(TagHelperOutput output, string message, HtmxVersion version)
    {
        RefuseOtherPurposes(output);
        var http = ViewContext.HttpContext;
        var token = http.RequestServices.GetRequiredService<IAntiforgery>().GetAndStoreTokens(http);
        var values = new JsonObject { ["event"] = ChatEvent, ["message"] = message };
        if (token.HeaderName is { } header)
        {
            output.Attributes.SetAttribute(Headers, new JsonObject { [header] = token.RequestToken }.ToJsonString());
        }
        else
        {
            values[token.FormFieldName] = token.RequestToken;
        }

        var markup = http.RequestServices.GetRequiredService<ChatMarkup>();
        foreach (var (name, value) in markup.Request("post", markup.AddressOf(http, ChatPaths.Queue)))
        {
            output.Attributes.SetAttribute(name, value);
        }

        // What the element sets itself, such as an indicator, stays.
        foreach (var (name, value) in markup.OwnBoundary.Where(
            own => !output.Attributes.Any(attribute => Bare(attribute.Name).Split(':')[0] == own.Name)))
        {
            output.Attributes.SetAttribute(name, value);
        }

        output.Attributes.SetAttribute("hx-target", "this");
        output.Attributes.SetAttribute("hx-swap", "none");
        output.Attributes.SetAttribute("hx-vals", values.ToJsonString());
        if (ChatOn is not null || !output.Attributes.Any(attribute => Bare(attribute.Name) == "hx-trigger"))
        {
            output.Attributes.SetAttribute("hx-trigger", ChatOn ?? NaturalEvent(output));
        }

        if (version is HtmxVersion.V2)
        {
            // The other fields of a form around the element are not sent, and elements inside must not inherit these settings.
            output.Attributes.SetAttribute("hx-params", string.Join(',', values.Select(value => value.Key)));
            output.Attributes.SetAttribute("hx-disinherit", "*");
        }
    }

    /// <summary>Refuses elements that leave the page or send otherwise, which htmx would prevent.</summary>
    private void RefuseOtherPurposes(TagHelperOutput output)
    {
        if (output.Attributes.Any(attribute => Sends.Contains(attribute.Name, StringComparer.OrdinalIgnoreCase)))
        {
            throw Wrong(output, "it sends over the socket, which carries no event. Put chat-event on another element");
        }

        var leaves = output.TagName switch
        {
            "form" => true,
            "a" or "area" => Text(output, "href") is { } href && !href.StartsWith('#'),
            "button" or "input" => Text(output, "type") is "submit" or "image" or "reset",
            _ => false,
        };
        if (leaves)
        {
            throw Wrong(
                output,
                "it leaves the page, and an event cannot go with that. Give it hx-get, hx-post or hx-boost=\"true\", or mark the endpoint "
                    + "with [ChatCommentary]");
        }
    }

    private static bool HasRequest(TagHelperOutput output) => output.Attributes.Any(attribute =>
        Requests.Contains(Bare(attribute.Name))
            || (Bare(attribute.Name) == "hx-boost" && output.TagName is "a" or "form" && Text(output, attribute.Name) == "true"));

    private static string NaturalEvent(TagHelperOutput output) => output.TagName switch
    {
        "input" => Text(output, "type") is "button" ? "click" : "change",
        "select" or "textarea" => "change",
        _ => "click",
    };

    private static string Bare(string name)
    {
        var lower = name.ToLowerInvariant();
        return lower.StartsWith("data-hx-", StringComparison.Ordinal) ? lower["data-".Length..] : lower;
    }

    private JsonObject Read(TagHelperOutput output, string? attribute)
    {
        var text = attribute is null ? "" : Text(output, attribute)?.Trim() ?? "";
        if (text.Length == 0)
        {
            return [];
        }

        try
        {
            return JsonNode.Parse(text.StartsWith('{') ? text : $"{{{text}}}") as JsonObject ?? [];
        }
        catch (JsonException)
        {
            throw Wrong(
                output,
                $"its {attribute} is no JSON object, so the event cannot be added to it. Write it as JSON, or put chat-event on another "
                    + "element");
        }
    }

    /// <summary>Gets the text of an attribute, however the view has made it.</summary>
    private static string? Text(TagHelperOutput output, string attribute)
    {
        switch (output.Attributes[attribute]?.Value)
        {
            case null:
                return null;
            case IHtmlContent html:
                using (var writer = new StringWriter())
                {
                    html.WriteTo(writer, HtmlEncoder.Default);
                    return WebUtility.HtmlDecode(writer.ToString());
                }

            case var value:
                return value.ToString();
        }
    }

    /// <summary>
    /// Encodes a message. htmx 4 reads what it joins as values, not as texts: "1.50" would arrive as 1.5. With its first character encoded
    /// it is no number.
    /// </summary>
    private static string Encode(string message)
    {
        var encoded = Uri.EscapeDataString(message);
        return encoded is [var first, ..] && (char.IsAsciiDigit(first) || first == '-') ? $"%{(int)first:X2}{encoded[1..]}" : encoded;
    }

    private InvalidOperationException Wrong(TagHelperOutput output, string why) =>
        new($"<{output.TagName} {EventAttribute}=\"{ChatEvent}\">: {why}.");
}
