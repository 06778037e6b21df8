// One node of an application that runs in several processes: what docs/scale-out.md says, and a few endpoints for the tests that start it.
using Microsoft.AspNetCore.DataProtection;
using Pipulate;

var builder = WebApplication.CreateBuilder(args);
builder.Services.AddDataProtection().SetApplicationName("nodes").PersistKeysToFileSystem(new DirectoryInfo(builder.Configuration["Keys"]!));
builder.Services.AddPipulate().AddPostgreSql(builder.Configuration["Database"]!);

var app = builder.Build();
app.UsePipulate();
app.MapPost("/todo", (string title) => Results.NoContent()).WithChatCommentary("They put {title} on the list. One remark.");
app.MapPost("/events", async (string text, HttpContext context, IChatQueue queue) =>
{
    await queue.EnqueueAsync(new ChatEvent(context.GetConversation()!.Value, text), context.RequestAborted);
    return Results.NoContent();
});
app.MapPipulate();
app.Run();
