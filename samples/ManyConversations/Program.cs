
var builder = WebApplication.CreateBuilder(args);
builder.WebHost.UseStaticWebAssets();
builder.Services.AddRazorPages();
builder.Services.AddPipulate(options =>
{
    options.Persona = "You help to think a matter through, one step at a time, in short sentences.";
    options.Greeting = "A matter of its own: say what it is about, or write down a note.";
    options.Suggestions.Add("What have I noted so far?");
    options.Retention.ConversationsPerVisitor = 20;
    options.UseDemoVoiceWhenUnavailable = true;
}).AddSqlite(builder.Configuration["Chat:Database"] ?? "data/chat.db");

var app = builder.Build();
app.UseStaticFiles();
app.UsePipulate();
app.MapRazorPages();
app.MapPipulate();
app.Run();
