using Microsoft.AspNetCore.Mvc;
using TodoWithCommentary.Todos;

var builder = WebApplication.CreateBuilder(args);
// Libraries' css and js are found in every environment, not only with the launch profile.
builder.WebHost.UseStaticWebAssets();
builder.Services.AddControllersWithViews(o => o.Filters.Add(new AutoValidateAntiforgeryTokenAttribute()));
builder.Services.AddSingleton<TodoStore>();

var app = builder.Build();
app.Services.GetRequiredService<TodoStore>().EnsureCreated();
app.Use((context, next) =>
{
    context.Response.Headers.ContentSecurityPolicy = "default-src 'self'";
    return next(context);
});
app.UseStaticFiles();
app.MapControllers();
app.Run();
