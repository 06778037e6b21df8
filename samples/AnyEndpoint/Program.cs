// Each kind of endpoint with a comment of the model's, on one page: dotnet run --project samples/AnyEndpoint
using System.Text.Encodings.Web;
using AnyEndpoint;
using Pipulate;

var builder = WebApplication.CreateBuilder(args);
builder.WebHost.UseStaticWebAssets();
builder.Services.AddControllers();
builder.Services.AddRazorPages();
builder.Services.AddRazorComponents();
builder.Services.AddPipulate(options => options.UseDemoVoiceWhenUnavailable = true);

var app = builder.Build();
app.UseStaticFiles();
app.UsePipulate();
app.UseAntiforgery();

// A lambda, with the attribute on it and with the convention behind it.
app.MapPost("/lambda/{dish}", [ChatCommentary("They ordered {dish}. One remark, 20 words at most.")] (string dish) => $"One {dish}.");
app.MapPost("/convention/{dish}", (string dish) => $"One {dish}.").WithChatCommentary("They ordered {dish} by convention. One remark, 20 words at most.");

// A method group, whose result the comment knows.
app.MapPost("/method", Kitchen.Cook);

// A plain RequestDelegate, without arguments.
app.MapPost("/plain", context => context.Response.WriteAsync("Plain rice.")).WithChatCommentary("They asked for nothing but rice. One remark, 20 words at most.");

// A group: all in it inherit, one says it differently, one keeps silent.
var drinks = app.MapGroup("/drinks").WithChatCommentary("They ordered a drink at {path}. One remark, 20 words at most.");
drinks.MapPost("/water", () => "Water.");
drinks.MapPost("/wine", () => "Wine.").WithChatCommentary("They ordered wine, at this hour. One remark, 20 words at most.");
drinks.MapPost("/bill", () => "The bill.").DisableChatCommentary();

// Code in the place of a template; null is silence. And a comment on a failure.
app.MapPost("/tip/{percent:int}", (int percent) => $"{percent} %.").WithChatCommentary(context =>
    ValueTask.FromResult(context.Arguments.TryGetValue("percent", out var percent) && percent is > 15 ? "They tipped well. Thank them in one sentence." : null));
app.MapPost("/burn", () => Results.Problem("The stew is burnt.", statusCode: 500))
    .WithChatCommentary("Cooking failed: {error} Comfort them in one sentence.", on: CommentaryOutcome.Failure);

// A static Razor component, a controller and a Razor Page have theirs as attributes: see Kinds.cs and Pages/Dessert.cshtml.
app.MapRazorComponents<Soup>();
app.MapControllers();
app.MapRazorPages();
app.MapPipulate();
app.MapFallback([ChatCommentary("They asked for {path}, which is not on the card. One remark, 20 words at most.")] () => "Not on the card.");

app.MapGet("/", async (HttpContext context) =>
{
    var panel = await context.RenderChatPanelAsync();
    await using var html = new StringWriter();
    html.Write("""<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Any endpoint</title>""");
    context.RenderChatAssets().WriteTo(html, HtmlEncoder.Default);
    html.Write("</head><body><h1>Any endpoint</h1><p id=\"answer\">The card:</p>");
    foreach (var (name, verb, path) in Card.All)
    {
        html.Write($"""<button hx-{verb}="{path}" hx-target="#answer">{name}</button> """);
    }

    panel.WriteTo(html, HtmlEncoder.Default);
    html.Write("</body></html>");
    return Results.Content(html.ToString(), "text/html; charset=utf-8");
});
app.Run();
