// What `dotnet new blazor --interactivity None` makes, with a panel in its layout, for the tests that navigate in it.
using Pipulate;
using Pipulate.Blazor.Components;

var builder = WebApplication.CreateBuilder(args);
builder.WebHost.UseStaticWebAssets();
builder.Services.AddRazorComponents();
builder.Services.AddPipulate();

var app = builder.Build();
app.UseAntiforgery();
app.UsePipulate();
app.MapStaticAssets();
app.MapRazorComponents<App>();
app.MapPipulate();
app.Run();
