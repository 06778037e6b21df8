using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Rendering;
using Microsoft.AspNetCore.Mvc;
using Pipulate;

namespace AnyEndpoint;

/// <summary>What the page offers.</summary>
internal static class Card
{
    public static IReadOnlyList<(string Name, string Verb, string Path)> All { get; } =
    [
        ("Lambda", "post", "/lambda/stew"),
        ("Convention", "post", "/convention/stew"),
        ("Method", "post", "/method"),
        ("Plain", "post", "/plain"),
        ("Group", "post", "/drinks/water"),
        ("Group, overridden", "post", "/drinks/wine"),
        ("Group, silent", "post", "/drinks/bill"),
        ("Code", "post", "/tip/20"),
        ("Failure", "post", "/burn"),
        ("Component", "get", "/component"),
        ("Controller", "post", "/table/4"),
        ("Page", "post", "/dessert?handler=Order"),
        ("Fallback", "get", "/unicorn"),
    ];
}

internal static class Kitchen
{
    [ChatCommentary("They had {result.Name} cooked, for {result.Price}. One remark, 20 words at most.")]
    public static Dish Cook() => new("a stew", 12);
}

internal sealed record Dish(string Name, int Price);

[ApiController]
[Microsoft.AspNetCore.Mvc.Route("table")]
public sealed class TableController : ControllerBase
{
    [HttpPost("{number:int}")]
    [ChatCommentary("They took table {number}. One remark, 20 words at most.")]
    public string Take(int number) => $"Table {number}.";
}

[Microsoft.AspNetCore.Components.Route("/component")]
[ChatCommentary("They looked at the soup. One remark, 20 words at most.")]
public sealed class Soup : ComponentBase
{
    protected override void BuildRenderTree(RenderTreeBuilder builder) => builder.AddContent(0, "Tomato soup.");
}
