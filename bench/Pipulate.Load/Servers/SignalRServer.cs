using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.DependencyInjection;

namespace Pipulate.Load.Servers;

/// <summary>SignalR with the JSON protocol: each token to all clients.</summary>
internal static class SignalRServer
{
    public static async Task RunAsync(WebApplicationBuilder builder)
    {
        builder.Services.AddSignalR();
        var app = builder.Build();
        app.MapHub<Pages>("/ws");
        ServerKind.MapMeasures(app);
        app.MapPost("/go", async (HttpContext context, IHubContext<Pages> pages) =>
        {
            var (first, count, rate, padding) = ServerKind.Wish(context.Request);
            await foreach (var token in Token.StreamAsync(first, count, rate, padding, context.RequestAborted))
            {
                await pages.Clients.All.SendAsync("token", ServerKind.Frame(token), context.RequestAborted);
            }
        });
        await app.RunAsync();
    }

    private sealed class Pages : Hub;
}
