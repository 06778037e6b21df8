using Microsoft.AspNetCore.Mvc;
using TodoWithCommentary.Todos;

var builder = WebApplication.CreateBuilder(args);
// Libraries' css and js are found in every environment, not only with the launch profile.
builder.WebHost.UseStaticWebAssets();
builder.Services.AddControllersWithViews(o => o.Filters.Add(new AutoValidateAntiforgeryTokenAttribute()));
builder.Services.AddSingleton<TodoStore>();
builder.Services.AddPipulate(options =>
{
    options.Persona = "You live inside a todo list and watch over it: dry humour, short sentences, never mean.";
    options.UseDemoVoiceWhenUnavailable = true;
});

var app = builder.Build();
app.Services.GetRequiredService<TodoStore>().EnsureCreated();
app.Use((context, next) =>
{
    context.Response.Headers.ContentSecurityPolicy = "default-src 'self'";
    return next(context);
});
app.UseStaticFiles();
app.UsePipulate();
app.MapControllers();
app.MapPipulate();
app.Run();
