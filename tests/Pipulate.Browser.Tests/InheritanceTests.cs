using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Pipulate.Browser.Hosting;
using Pipulate.FakeOllama;
using Pipulate.Panel;
using Pipulate.Tests;
using static Microsoft.Playwright.Assertions;

namespace Pipulate.Browser;

/// <summary>
/// What a page says to htmx on its body, in its settings, by extensions and by listeners changes nothing in the chat. A page says several
/// things at once here, and each alone with
/// PIPULATE_INHERITANCE_ALONE=1, to find which of them does harm.
/// </summary>
public sealed partial class InheritanceTests(SharedSites sites) : IClassFixture<SharedSites>
{
    private const string Answer = "one two three four five six seven eight";

    /// <summary>All that htmx 2.0.11 takes from the elements around, with a value that would do harm.</summary>
    private static readonly string[] Attributes2 =
    [
        "hx-boost='true'", "hx-boost='true' hx-target='main' hx-select='main' hx-swap='outerHTML'", "hx-confirm='Sure?'",
        "hx-disabled-elt='#msg, #send-btn, #chat-stop'", "hx-disinherit='*'",
        "hx-encoding='multipart/form-data'", "hx-ext='morph'", "hx-ext='json-enc'", "hx-ext='ws'", "hx-ext='sse'",
        "hx-ext='ws, sse, morph, json-enc'", "hx-ext='own-swap'",
        "hx-ext='alpine-morph, head-support, preload, response-targets, loading-states, path-deps'", "data-hx-ext='morph, json-enc'",
        "hx-headers='{\"X-Other\":\"1\"}'", "hx-history='false'",
        "hx-include='#todo-title, #msg, #chat-command'", "hx-indicator='body'", "hx-inherit='*'",
        "hx-on:htmx:before-request='window.heard = true'", "hx-params='none'", "hx-params='not msg'",
        "hx-params='msg'", "data-hx-params='none'", "hx-prompt='Why?'", "hx-push-url='true'", "hx-push-url='/elsewhere'",
        "hx-replace-url='true'", "hx-request='{\"timeout\":1}'",
        "hx-request='{\"noHeaders\":true,\"credentials\":true}'", "hx-select='#todo-list'", "hx-select-oob='#todo-list, #msg-id'",
        "hx-swap='outerHTML'", "hx-swap='delete swap:2s transition:true'",
        "hx-sync='body:abort'", "hx-target='#app'", "hx-target='#nowhere'", "hx-trigger='click'", "hx-validate='true'",
        "hx-vals='{\"msg\":\"spam\",\"mid\":\"m\",\"do\":\"stop\",\"event\":\"x\"}'",
        "hx-vals='js:{msg: \"spam\"}'", "data-hx-vals='{\"msg\":\"spam\"}'", "hx-vars='msg: \"spam\"'",
        "preload='mousedown' hx-ext='preload'",
    ];

    /// <summary>
    /// All that htmx 4.0.1 takes from the elements around. Each is tried as <c>:inherited</c>, and plain with <c>implicitInheritance</c>.
    /// </summary>
    private static readonly string[] Attributes4 =
    [
        "hx-action='/elsewhere'", "hx-boost='true'", "hx-boost='true' hx-target='main' hx-select='main' hx-swap='outerHTML'",
        "hx-config='{\"timeout\":1,\"ws\":{\"reconnect\":false}}'",
        "hx-config='{\"headers\":{},\"credentials\":\"omit\"}'", "hx-confirm='Sure?'", "hx-delete='/elsewhere'",
        "hx-disable='#msg, #send-btn, #chat-stop'", "hx-encoding='multipart/form-data'",
        "hx-get='/elsewhere'", "hx-headers='{\"X-Other\":\"1\"}'", "hx-include='#todo-title, #msg, #chat-command'", "hx-indicator='body'",
        "hx-method='delete'", "hx-patch='/elsewhere'",
        "hx-post='/elsewhere'", "hx-prompt='Why?'", "hx-push-url='true'", "hx-push-url='/elsewhere'", "hx-put='/elsewhere'",
        "hx-query='/elsewhere'", "hx-replace-url='true'",
        "hx-select='#todo-list'", "hx-select-oob='#todo-list, #msg-id'", "hx-status:2xx='swap:innerHTML target:body push:true'",
        "hx-status:200='swap:none'", "hx-status:20x='target:#app'",
        "hx-swap='outerHTML'", "hx-swap='delete swap:2s transition:true'", "hx-sync='body:abort'", "hx-target='#app'",
        "hx-target='#nowhere'", "hx-trigger='click'", "hx-validate='true'",
        "hx-vals='{\"msg\":\"spam\",\"mid\":\"m\",\"do\":\"stop\",\"event\":\"x\"}'", "hx-vals='js:{msg: \"spam\"}'",
        "data-hx-vals='{\"msg\":\"spam\"}'", "data-hx-boost='true'",
    ];

    private static readonly string[] Requests4 = ["hx-action", "hx-get", "hx-post", "hx-put", "hx-patch", "hx-delete", "hx-query"];

    private static readonly string[] Configs2 =
    [
        """{"disableInheritance":true}""", """{"defaultSwapStyle":"outerHTML"}""", """{"defaultSettleDelay":20}""",
        """{"globalViewTransitions":true}""",
        """{"methodsThatUseUrlParams":["get","post","delete"]}""", """{"historyEnabled":false}""", """{"allowNestedOobSwaps":false}""",
        """{"allowEval":false}""", """{"getCacheBusterParam":true}""",
        """{"withCredentials":true}""", """{"ignoreTitle":true}""", """{"reportValidityOfForms":true}""",
        """{"scrollIntoViewOnBoost":false,"defaultFocusScroll":true}""",
        """{"attributesToSettle":["class","style","value","data-connection"]}""", """{"responseHandling":[{"code":"...","swap":true}]}""",
    ];

    private static readonly string[] Configs4 =
    [
        """{"implicitInheritance":true}""", """{"defaultSwap":"outerHTML"}""", """{"defaultSettleDelay":500}""", """{"transitions":true}""",
        """{"prefix":"x-"}""", """{"prefix":""}""",
        """{"history":false}""", """{"history":"reload"}""", """{"allowEmptySwapAfterOOB":true}""", """{"noSwap":["4xx","5xx"]}""",
        """{"includeIndicatorCSS":false}""", """{"defaultFocusScroll":true}""",
    ];

    /// <summary>What would undo the others' effect, or needs them to have one, is always alone.</summary>
    private static readonly string[] Loners = ["hx-disinherit", "disableInheritance", "prefix"];

    private static bool IsEachAlone => Environment.GetEnvironmentVariable("PIPULATE_INHERITANCE_ALONE") == "1";

    public static IEnumerable<TheoryDataRow<HtmxVersion, string, string, string>> Pages() => Exhaustive.Cases([.. AllPages()], quick: 12);

    private static IEnumerable<TheoryDataRow<HtmxVersion, string, string, string>> AllPages() =>
        from transport in (string[])["ws", "sse"]
        from page in Pages2()
            .Select(page => (HtmxVersion.V2, page.Body, page.Config))
            .Concat(Pages4().Select(page => (HtmxVersion.V4, page.Body, page.Config)))
        select new TheoryDataRow<HtmxVersion, string, string, string>(page.Item1, transport, page.Body, page.Config);

    private static IEnumerable<(string Body, string Config)> Pages2() =>
    [
        .. Join(Attributes2).Select(body => (body, "{}")),
        .. Join(Configs2).Select(config => ("", config)),
        (
            "hx-inherit='*' hx-boost='true' hx-params='none' hx-push-url='true' hx-confirm='Sure?' hx-target='#nowhere'",
            """{"disableInheritance":true}"""),
    ];

    private static IEnumerable<(string Body, string Config)> Pages4() =>
    [
        .. Join(Attributes4).Select(body => (body.Replace("='", ":inherited='", StringComparison.Ordinal), "{}")),

        // Requests are never taken implicitly: the body would make them itself.
        .. Join([.. Attributes4.Where(body => !Requests4.Contains(body.Split('=')[0]))]).Select(
            body => (body, """{"implicitInheritance":true}""")),
        .. Join(Configs4).Select(config => ("", config)),
    ];

    /// <summary>Puts attributes or settings together that have different names, at most eight.</summary>
    private static IEnumerable<string> Join(string[] parts)
    {
        if (IsEachAlone)
        {
            return parts;
        }

        var pages = new List<(string Text, HashSet<string> Names, int Count)>();
        foreach (var part in parts)
        {
            var names = Name().Matches(part).Select(match => match.Groups[1].Value).ToHashSet();
            var isAlone = names.Overlaps(Loners);
            var place = isAlone
                ? -1
                : pages.FindIndex(page => page.Count < 8 && !page.Names.Overlaps(names) && !page.Names.Overlaps(Loners));
            if (place < 0)
            {
                pages.Add((part, names, 1));
                continue;
            }

            var (text, others, count) = pages[place];
            others.UnionWith(names);
            pages[place] = (part[0] is '{' ? $"{text[..^1]},{part[1..]}" : $"{text} {part}", others, count + 1);
        }

        return pages.Select(page => page.Text);
    }

    /// <summary>Finds the name of an attribute, where <c>data-</c> makes no difference, or of a setting.</summary>
    [GeneratedRegex("""(?<=^| |^\{|,)(?:data-|")?([\w:-]+)(?:='|":)""")]
    private static partial Regex Name();

    [Theory, MemberData(nameof(Pages))]
    [Trait("Category", Exhaustive.Category)]
    public async Task Chat_OnAPageThatSaysOtherThings_IsAsEver(HtmxVersion version, string transport, string body, string config)
    {
        var site = await sites.OnAsync(version, transport);
        await UseAsync(site, version, transport, body, config, ScriptsOf(version, body));
    }

    /// <summary>Listeners at each height, also one that is added behind those of the panel.</summary>
    [Theory, OnBothTransports]
    public async Task Chat_UnderListenersThatRewriteRequests_IsAsEver(HtmxVersion version, string transport)
    {
        var site = await sites.OnAsync(version, transport);
        await UseAsync(site, version, transport, "", "{}", """
            const spoil = ({ detail }) => {
              if (detail.ctx) {
                Object.assign(detail.ctx.request, { action: '/elsewhere', method: 'DELETE' });
                detail.ctx.request.body?.set?.('msg', 'spam');
              } else if (detail.message) {
                detail.message.values = { msg: 'spam' };
              } else {
                Object.assign(detail, { path: '/elsewhere', verb: 'delete', parameters: { msg: 'spam' }, useUrlParams: true });
              }
            };
            const listen = (place, capture) => {
              for (const name of ['htmx:configRequest', 'htmx:config:request', 'htmx:wsConfigSend', 'htmx:ws:before:message:outgoing']) {
                place.addEventListener(name, spoil, capture);
              }
            };
            listen(document);
            listen(document, true);
            addEventListener('DOMContentLoaded', () => { listen(document.body); listen(window); });
            """);
    }

    private string[] ScriptsOf(HtmxVersion version, string body) =>
        version is HtmxVersion.V2 && body.Contains("hx-ext", StringComparison.Ordinal)
        ?
        [
            sites.Extensions.Read("idiomorph/dist/idiomorph.js"), sites.Extensions.Read("idiomorph/dist/idiomorph-htmx.js"),
            .. ((string[])[
                "json-enc", "alpine-morph", "head-support", "preload", "response-targets", "loading-states", "path-deps"
            ]).Select(name =>
                sites.Extensions.Read($"htmx-ext-{name}/dist/{name}.js")),
            """
            htmx.defineExtension('own-swap', {
              isInlineSwap: () => true,
              handleSwap: (style, target, fragment) => { target.append(fragment); return [target]; },
              encodeParameters: () => 'nothing=here',
              transformResponse: text => text.toUpperCase(),
              onEvent: (name, event) => name !== 'htmx:configRequest' || event.detail.elt.closest('#todo-list'),
            });
            """,
        ]
        : [];

    /// <summary>Does what people do with a chat, and holds each effect to what it is on a page that says nothing to htmx.</summary>
    private static async Task UseAsync(
        SampleSite site, HtmxVersion version, string transport, string body, string config, params string[] scripts)
    {
        site.Ollama.Answer = _ => FakeAnswer.Text(Answer);
        var visitor = await site.NewVisitorAsync();
        var tab = await visitor.NewPageAsync();
        await OtherPage.MakeAsync(tab, body, config, scripts);
        var page = await TodoPage.OpenAsync(tab, site.Sample.Address);
        var address = tab.Url;
        string[] own = [];
        page.OnSent(text => own = [.. own, text]);

        // Words, and an answer to the letter.
        await page.SayAsync("first secret");
        Assert.Equal(Answer, await page.AnswerAsync());
        await Expect(page.Input).ToHaveValueAsync("");
        await page.SayAsync("second");
        await page.AnswerAsync(2);

        // A command.
        var id = await page.Answers().Last.GetAttributeAsync("id");
        await page.Again("Regenerate").Last.ClickAsync();
        await Expect(page.Answers().Last).Not.ToHaveAttributeAsync("id", id!);
        await Expect(page.Answers()).ToHaveCountAsync(2);
        Assert.Equal(["user: first secret", $"assistant: {Answer}", "user: second", $"assistant: {Answer}"], await page.ReadAsync());

        // <chat-context>.
        var context = tab.Locator("#chat-context-body");
        await tab.GetByText("What the AI sees").ClickAsync();
        await Expect(context.Locator(".chat-context-state")).ToContainTextAsync("listed here");
        await context.GetByRole(AriaRole.Button, new() { Name = "Pause" }).ClickAsync();
        await Expect(context.Locator(".chat-context-state")).ToContainTextAsync("Paused");
        await context.GetByRole(AriaRole.Button, new() { Name = "Resume" }).ClickAsync();
        await Expect(context.Locator(".chat-context-state")).ToContainTextAsync("listed here");

        // chat-event, as its tag helper writes it.
        var told = tab.WaitForResponseAsync(response => response.Url.EndsWith("/chatq", StringComparison.Ordinal));
        await InsertAndClickAsync(page, version);
        Assert.Equal(204, (await told).Status);
        await page.AnswerAsync(3);

        // <chat-conversations>.
        var conversations = tab.Locator("#chat-conversations");
        await Expect(conversations.Locator("li > a")).ToHaveTextAsync(["first secret"]);
        await conversations.Locator("li summary").First.ClickAsync();
        await conversations.GetByRole(AriaRole.Textbox).FillAsync("Renamed");
        await conversations.GetByRole(AriaRole.Button, new() { Name = "Rename", Exact = true }).ClickAsync();
        await Expect(conversations.Locator("li > a")).ToHaveTextAsync(["Renamed"]);

        // Nothing else has happened.
        Assert.Equal(address, tab.Url);
        Assert.DoesNotContain(own, text => text.Contains("spam", StringComparison.Ordinal));
        Assert.DoesNotContain(page.Requests, request => request.Contains("elsewhere", StringComparison.Ordinal));
        Assert.Equal(1, page.Requests.Count(request => request == "GET /"));
        Assert.Equal(transport == "sse" ? 3 : 0, page.Requests.Count(request => request == "POST /message"));
        Assert.Equal(transport == "sse" ? 1 : 0, page.Requests.Count(request => request == "GET /sse"));
        Assert.Equal(transport == "ws" ? 1 : 0, page.Sockets);
        await Expect(page.Todos).ToHaveCountAsync(0);
        Assert.Empty(page.Complaints);
        await conversations.GetByRole(AriaRole.Button, new() { Name = "New conversation" }).ClickAsync();
        await Expect(page.Entries).ToHaveCountAsync(0);
        await page.ConnectedAsync();
        await visitor.CloseAsync();
    }

    private static async Task InsertAndClickAsync(TodoPage page, HtmxVersion version)
    {
        var boundary = version is HtmxVersion.V4 ? HtmxBoundary.On4 : HtmxBoundary.On2;
        var attributes = boundary
            .Concat(HtmxBoundary.Request(version, "post", "/chatq"))
            .Concat([("hx-swap", "none"), ("hx-target", "this"), ("hx-trigger", "click")]);
        await page.Page.EvaluateAsync(
            """
            attributes => {
              const button = document.createElement('button'), token = document.querySelector('[name=__RequestVerificationToken]').value;
              button.type = 'button';
              for (const [name, value] of attributes) button.setAttribute(name, value);
              button.setAttribute('hx-vals', JSON.stringify({ event: 'app_switch', message: 'Bell', __RequestVerificationToken: token }));
              if (button.hasAttribute('hx-params')) button.setAttribute('hx-params', 'event,message,__RequestVerificationToken');
              document.querySelector('main').append(button);
              document.dispatchEvent(new CustomEvent('htmx:afterSwap'));
              htmx.process(button);
              button.click();
            }
            """,
            attributes.Select(((string Name, string Value) attribute) => new[] { attribute.Name, attribute.Value }).ToArray());
    }
}
