using Microsoft.Playwright;
using Pipulate.Browser.Hosting;
using Pipulate.Tests;
using static Pipulate.Browser.Hosting.SampleSite;

namespace Pipulate.Browser;

/// <summary>Pictures of the panel in every state and look, on one page to look at: artifacts/screenshots/index.html.</summary>
public sealed class ScreenshotTests(Chromium chromium)
{
    private static readonly string Folder = Path.Combine(Repository.Root, "artifacts", "screenshots");

    [Fact]
    [Trait("Category", Exhaustive.Category)]
    public async Task Panel_InEveryStateAndLook_IsOnThePageOfScreenshots()
    {
        // Once: the two versions of htmx show the same elements.
        await using var site = await StartAsync(chromium, HtmxVersion.V2, settings: PanelStates.Settings);
        var page = await site.OpenAsync();
        var looks = Exhaustive.Cases([.. PanelStates.Looks], quick: 2).SelectMany(look => new[]
        {
            ("desktop", 1100),
            ("phone", 390)
        }.Select(device => (Name: $"{device.Item1}-{look.Name}", look.Theme, look.Scheme, Width: device.Item2))).ToList();
        var states = new List<string>();

        await foreach (var state in PanelStates.WalkAsync(site, page))
        {
            states.Add(state);
            foreach (var look in looks)
            {
                await PanelStates.DressAsync(page, look.Theme, look.Scheme);
                await page.Page.SetViewportSizeAsync(look.Width, 760);
                await page.Panel.ScreenshotAsync(
                    new() { Path = Path.Combine(Folder, $"panel-{state}-{look.Name}.png"), Animations = ScreenshotAnimations.Disabled });
            }

            await page.Page.SetViewportSizeAsync(1100, 760);
        }

        await File.WriteAllTextAsync(
            Path.Combine(Folder, "index.html"),
            PageOf(states, [.. looks.Select(look => look.Name)]),
            TestContext.Current.CancellationToken);
        Assert.All(
            states.SelectMany(state => looks.Select(look => new FileInfo(Path.Combine(Folder, $"panel-{state}-{look.Name}.png")))),
            file => Assert.True(file.Length > 2_000, $"{file.Name} is empty."));
        Assert.Equal(14, states.Count);
    }

    private static string PageOf(IReadOnlyList<string> states, IReadOnlyList<string> looks)
    {
        var head = string.Concat(looks.Select(look => $"<th>{look}</th>"));
        var rows = states.Select(state =>
            $"<tr><th colspan=\"{looks.Count}\">{state}</th></tr><tr>{string.Concat(looks.Select(look => $"<td><img src=\"panel-{state}-{look}.png\" alt=\"{state}, {look}\"></td>"))}</tr>");
        return $$"""
            <!DOCTYPE html>
            <html lang="en"><meta charset="utf-8"><title>The panel in every state and look</title>
            <style>body { font: 1rem system-ui } img { width: 100% } table { table-layout: fixed; width: 100% } td { vertical-align: top }</style>
            <h1>The panel in every state and look</h1>
            <table><tr>{{head}}</tr>{{string.Concat(rows)}}</table></html>
            """;
    }
}
