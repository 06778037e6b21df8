using Htmx.TagHelpers;
using Microsoft.AspNetCore.Mvc;
using TodoWithCommentary.Todos;

var builder = WebApplication.CreateBuilder(args);
// Libraries' css and js are found in every environment, not only with the launch profile.
builder.WebHost.UseStaticWebAssets();
builder.Services.AddControllersWithViews(o => o.Filters.Add(new AutoValidateAntiforgeryTokenAttribute()));
builder.Services.AddSingleton<TodoStore>();
builder.Services.AddSingleton<Clearing>();
builder.Services.AddHostedService(services => services.GetRequiredService<Clearing>());
builder.Services.AddPipulate(options =>
{
    options.Persona = "You live inside a todo list and watch over it: dry humour, short sentences, never mean.";
    options.UseDemoVoiceWhenUnavailable = true;
    options.Events.Add("profile_change", "They chose the profile {message}. Greet them in its manner, 30 words at most, and keep to it from now on.");
    options.Events.Add("app_switch", "They opened the page {message}. One remark, 20 words at most.");
}).AddSqlite(builder.Configuration["Chat:Database"] ?? "data/chat.db").AddChatContext<TodoContext>();

var app = builder.Build();
app.Services.GetRequiredService<TodoStore>().EnsureCreated();
app.Use((context, next) =>
{
    context.Response.Headers.ContentSecurityPolicy = app.Configuration["Sample:Policy"] ?? "default-src 'self'";
    return next(context);
});
app.UseStaticFiles();
app.UsePipulate();
app.MapControllers();
app.MapHtmxAntiforgeryScript();
app.MapPipulate();
app.Run();
