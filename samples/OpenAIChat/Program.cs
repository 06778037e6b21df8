// A chat with a model of OpenAI's, or of any server that speaks its protocol: OPENAI_API_KEY=… dotnet run --project samples/OpenAIChat
// Another server: -- --OpenAI:Endpoint=http://localhost:8000/v1 --OpenAI:Model=some-model
using System.ClientModel;
using System.Text.Encodings.Web;
using Microsoft.Extensions.AI;
using OpenAI;
using OpenAI.Chat;
using Pipulate;

var builder = WebApplication.CreateBuilder(args);
builder.WebHost.UseStaticWebAssets();
builder.Services.AddSingleton<IChatClient>(_ =>
{
    var settings = builder.Configuration.GetSection("OpenAI");
    var endpoint = settings.GetValue("Endpoint", new Uri("https://api.openai.com/v1"));
    var model = settings["Model"] ?? "gpt-5-mini";
    var key = settings["Key"] ?? builder.Configuration["OPENAI_API_KEY"]
        ?? throw new InvalidOperationException("Set OPENAI_API_KEY to your key, or OpenAI:Key; a server of your own may take any text.");

    // How long a model may take is Pipulate's to say (Pipulate:Limits). What the package tries again by itself, after a moment, are refusals for want of room: 429, 500, 502, 503, 504.
    var options = new OpenAIClientOptions { Endpoint = endpoint, NetworkTimeout = Timeout.InfiniteTimeSpan };
    return new ChatClient(model, new ApiKeyCredential(key), options).AsIChatClient();
});
builder.Services.AddPipulate();

var app = builder.Build();
app.UseStaticFiles();
app.UsePipulate();
app.MapPost("/wish/{what}", [ChatCommentary("They wish for {what}. One remark, 20 words at most.")] (string what) => $"A wish for {what}.");
app.MapPipulate();
app.MapGet("/", async (HttpContext context) =>
{
    var panel = await context.RenderChatPanelAsync();
    await using var html = new StringWriter();
    html.Write("""<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>A model of OpenAI's</title>""");
    context.RenderChatAssets().WriteTo(html, HtmlEncoder.Default);
    html.Write("""</head><body><h1>A model of OpenAI's</h1><p id="answer">Make a wish:</p><button hx-post="/wish/rain" hx-target="#answer">rain</button>""");
    panel.WriteTo(html, HtmlEncoder.Default);
    html.Write("</body></html>");
    return Results.Content(html.ToString(), "text/html; charset=utf-8");
});
app.Run();
