using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Pipulate.Browser.Hosting;
using Pipulate.Tests;
using static Microsoft.Playwright.Assertions;
using static Pipulate.Browser.Hosting.SampleSite;

namespace Pipulate.Browser;

/// <summary>
/// The page's own <c>&lt;meta name="htmx-config"&gt;</c>, such as Htmx.TagHelpers writes it, and the panel's settings hold together.
/// </summary>
public sealed partial class HtmxConfigTests(Chromium chromium)
{
    public static IEnumerable<TheoryDataRow<HtmxVersion, string>> Places() => Exhaustive.Cases<TheoryDataRow<HtmxVersion, string>>(
        [
            .. from version in (HtmxVersion[])[HtmxVersion.V2, HtmxVersion.V4]
               from place in (string[])["before", "behind", "twice", "none"]
               select new TheoryDataRow<HtmxVersion, string>(version, place),
        ], quick: 4);

    [Theory, MemberData(nameof(Places))]
    [Trait("Category", Exhaustive.Category)]
    public async Task Config_MetaOfThePage_HoldsBesideThePanels(HtmxVersion version, string place)
    {
        await using var site = await StartAsync(chromium, version);
        var visitor = await site.NewVisitorAsync();
        await visitor.RouteAsync($"{site.Sample.Address}**", async route =>
        {
            if (route.Request.ResourceType != "document")
            {
                await route.ContinueAsync();
                return;
            }

            var response = await route.FetchAsync();
            await route.FulfillAsync(new() { Response = response, Body = Arrange(await response.TextAsync(), place) });
        });
        var page = await site.OpenAsync(visitor);

        await page.AddAsync("milk");
        await Expect(page.Todos).ToHaveCountAsync(1);
        if (place != "none")
        {
            // Without a field of a form: the token of the meta counts.
            await page.ToggleAsync("milk");
            await Expect(page.Page.Locator("#todo-list > li.done")).ToHaveCountAsync(1);
            Assert.NotEmpty(await page.Page.EvaluateAsync<string>("htmx.config.antiForgery.requestToken"));
        }

        if (place is "twice" or "behind")
        {
            Assert.Equal("mine", await page.Page.EvaluateAsync<string>("htmx.config.ownSetting"));
        }

        Assert.Equal(0, await page.Page.EvaluateAsync<int>("htmx.config.defaultSettleDelay"));
        if (version is HtmxVersion.V2)
        {
            Assert.False(await page.Page.EvaluateAsync<bool>("htmx.config.allowScriptTags"));
            Assert.True(await page.Page.EvaluateAsync<bool>("htmx.config.selfRequestsOnly"));
            Assert.False(await page.Page.EvaluateAsync<bool>("htmx.config.includeIndicatorStyles"));
        }

        Assert.Empty(page.Complaints);
    }

    private static string Arrange(string html, string place)
    {
        const string Own = """<meta name="htmx-config" content='{"ownSetting":"mine","allowScriptTags":true,"selfRequestsOnly":false}'>""";
        var meta = Meta().Match(html).Value;
        Assert.NotEmpty(meta);
        var without = html.Replace(meta, "", StringComparison.Ordinal);
        return place switch
        {
            "before" => html,
            "behind" => without.Replace("</head>", Own + meta + "</head>", StringComparison.Ordinal),
            "twice" => html.Replace("</head>", Own + "</head>", StringComparison.Ordinal),
            _ => without,
        };
    }

    [GeneratedRegex("<meta[^>]*htmx-config[^>]*>")]
    private static partial Regex Meta();
}
