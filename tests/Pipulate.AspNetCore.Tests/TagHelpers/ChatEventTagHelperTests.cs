using System.Net;
using System.Text.Encodings.Web;
using System.Text.Json.Nodes;
using AngleSharp.Dom;
using AngleSharp.Html.Parser;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Html;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc.Rendering;
using Microsoft.AspNetCore.Razor.TagHelpers;
using Pipulate.TagHelpers;

namespace Pipulate.Tests.TagHelpers;

public sealed class ChatEventTagHelperTests
{
    private const string Awkward = "\"Ahoy\" <b> 'é' 🏴 {x}";

    [Theory]
    [InlineData(HtmxVersion.V2, "hx-headers", "hx-get")]
    [InlineData(HtmxVersion.V4, "hx-headers:append", "hx-get")]
    [InlineData(HtmxVersion.V2, "hx-headers", "data-hx-delete")]
    [InlineData(HtmxVersion.V4, "hx-headers:append", "hx-put")]
    public async Task Element_WithARequestOfItsOwn_CarriesTheEventInAsciiHeaders(HtmxVersion version, string attribute, string request)
    {
        var element = await RenderAsync(version, "input", Awkward, null, (request, "/profile"));

        var headers = JsonNode.Parse(element.GetAttribute(attribute)!)!.AsObject();
        Assert.Equal("profile_change", (string?)headers["X-Chat-Event"]);
        Assert.All(
            (string)headers["X-Chat-Message"]!, character => Assert.True(char.IsAscii(character) && character is not ('{' or '}' or '"')));
        Assert.Equal(Awkward, Uri.UnescapeDataString((string)headers["X-Chat-Message"]!));
        Assert.Equal("/profile", element.GetAttribute(request));
        Assert.False(element.HasAttribute("hx-post"));
        Assert.DoesNotContain(element.Attributes, left => left.Name.StartsWith("chat-", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(HtmxVersion.V2, "hx-headers", "hx-headers")]
    [InlineData(HtmxVersion.V4, "hx-headers", "hx-headers")]
    [InlineData(HtmxVersion.V4, "hx-headers:append", "hx-headers:append")]
    [InlineData(HtmxVersion.V4, "hx-headers:inherited", "hx-headers")]
    [InlineData(HtmxVersion.V2, "data-hx-headers", "data-hx-headers")]
    public async Task Element_WithHeadersOfItsOwn_KeepsThem(HtmxVersion version, string own, string merged)
    {
        foreach (object value in new object[]
        {
            """{"X-Own":"a \"b\"","RequestVerificationToken":"t"}""",
            new HtmlString("{&quot;X-Own&quot;:&quot;a \\&quot;b\\&quot;&quot;,&quot;RequestVerificationToken&quot;:&quot;t&quot;}")
        })
        {
            var element = await RenderAsync(version, "button", "Pirate", null, ("hx-get", "/x"), (own, value));

            var headers = JsonNode.Parse(element.GetAttribute(merged)!)!.AsObject();
            Assert.Equal("a \"b\"", (string?)headers["X-Own"]);
            Assert.Equal("t", (string?)headers["RequestVerificationToken"]);
            Assert.Equal("profile_change", (string?)headers["X-Chat-Event"]);
            Assert.True(element.HasAttribute(own));
        }
    }

    [Theory]
    [InlineData("1.50")]
    [InlineData("-7")]
    [InlineData("007")]
    public async Task Message_ThatIsANumber_IsEncodedSoThatHtmxTakesItForAText(string message)
    {
        var element = await RenderAsync(HtmxVersion.V4, "a", message, null, ("hx-get", "/x"));

        var sent = (string)JsonNode.Parse(element.GetAttribute("hx-headers:append")!)!["X-Chat-Message"]!;
        Assert.StartsWith("%", sent, StringComparison.Ordinal);
        Assert.Equal(message, Uri.UnescapeDataString(sent));
    }

    [Theory]
    [InlineData(HtmxVersion.V2, "button", null, "click")]
    [InlineData(HtmxVersion.V4, "button", null, "click")]
    [InlineData(HtmxVersion.V2, "input", null, "change")]
    [InlineData(HtmxVersion.V4, "select", null, "change")]
    [InlineData(HtmxVersion.V2, "textarea", "keyup changed delay:1s", "keyup changed delay:1s")]
    public async Task Element_WithoutARequest_PostsToChatq(HtmxVersion version, string tag, string? on, string trigger)
    {
        var element = await RenderAsync(version, tag, Awkward, on);

        Assert.Equal("/base/chatq", element.GetAttribute("hx-post"));
        Assert.Equal("none", element.GetAttribute("hx-swap"));
        Assert.Equal(trigger, element.GetAttribute("hx-trigger"));
        var values = JsonNode.Parse(element.GetAttribute("hx-vals")!)!;
        Assert.Equal("profile_change", (string?)values["event"]);
        Assert.Equal(Awkward, (string?)values["message"]);
        Assert.NotEmpty((string?)JsonNode.Parse(element.GetAttribute("hx-headers")!)!["RequestVerificationToken"] ?? "");
        Assert.Equal(version is HtmxVersion.V2, element.HasAttribute("hx-params"));
    }

    [Theory]
    [InlineData("div", "nothing", "x", null, null, null, "options.Events.Add(\"nothing\"")]
    [InlineData("div", "profile_change", "", null, null, null, "chat-message")]
    [InlineData("form", "profile_change", "x", null, "action", "/x", "leaves the page")]
    [InlineData("a", "profile_change", "x", null, "href", "/x", "leaves the page")]
    [InlineData("button", "profile_change", "x", null, "type", "submit", "leaves the page")]
    [InlineData("form", "profile_change", "x", null, "ws-send", "", "socket")]
    [InlineData("div", "profile_change", "x", "click", "hx-get", "/x", "chat-on")]
    public async Task Element_ThatCannotTellOfTheEvent_SaysSoWhenItIsRendered(
        string tag, string name, string message, string? on, string? attribute, string? value, string expected)
    {
        var exception = await Assert.ThrowsAsync<InvalidOperationException>(() => RenderAsync(
            HtmxVersion.V2, tag, message, on, name, attribute is null ? [] : [(attribute, value!)]));

        Assert.Contains($"<{tag} chat-event=\"{name}\">", exception.Message, StringComparison.Ordinal);
        Assert.Contains(expected, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Element_WithHeadersThatAreCode_SaysSoWhenItIsRendered()
    {
        var exception = await Assert.ThrowsAsync<InvalidOperationException>(
            () => RenderAsync(HtmxVersion.V2, "a", "x", null, ("hx-get", "/x"), ("hx-headers", "js:{a: b()}")));

        Assert.Contains("hx-headers is no JSON", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Element_OnAPageWithoutAPanel_GivesTheVisitorAConversation()
    {
        var cookies = new List<string>();

        await RenderAsync(HtmxVersion.V2, "a", "x", null, "profile_change", [("hx-get", "/x")], cookies);

        Assert.Contains(cookies, cookie => cookie.StartsWith("pipulate.visitor.base=", StringComparison.Ordinal));
    }

    private static Task<IElement> RenderAsync(
        HtmxVersion version, string tag, string message, string? on, params (string Name, object Value)[] attributes) =>
        RenderAsync(version, tag, message, on, "profile_change", attributes);

    private static async Task<IElement> RenderAsync(
        HtmxVersion version,
        string tag,
        string message,
        string? on,
        string name,
        (string Name, object Value)[] attributes,
        List<string>? cookies = null)
    {
        await using var host = await ChatHost.StartAsync(
            configure: options =>
            {
                options.Htmx = version;
                options.Events.Add("profile_change", "They chose {message}.");
            },
            ollama: false);
        var http = new DefaultHttpContext { RequestServices = host.Services, Request = { PathBase = "/base" } };
        var output = new TagHelperOutput(
            tag,
            [.. attributes.Select(attribute => new TagHelperAttribute(attribute.Name, attribute.Value))],
            (_, _) => Task.FromResult<TagHelperContent>(new DefaultTagHelperContent()));
        new ChatEventTagHelper
        {
            ViewContext =
            new ViewContext { HttpContext = http },
            ChatEvent = name,
            ChatMessage = message,
            ChatOn = on
        }
            .Process(new TagHelperContext(tag, [], new Dictionary<object, object>(), "id"), output);
        cookies?.AddRange(http.Response.Headers.SetCookie.Select(cookie => cookie!));
        using var html = new StringWriter();
        output.WriteTo(html, HtmlEncoder.Default);
        return new HtmlParser().ParseDocument($"<body>{html}</body>").Body!.FirstElementChild!;
    }
}
