using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Pipulate.Load.Demands;

namespace Pipulate.Load.Servers;

/// <summary>
/// The servers that are ours to write, each by its name. What all of them are told: <c>/go</c> streams, <c>/memory</c> and
/// <c>/allocated</c> measure.
/// </summary>
internal static class ServerKind
{
    /// <summary>How a frame of a token looks where there is no Pipulate to make one.</summary>
    public static string Frame(string token) => $"<div id=\"e7t\" hx-swap-oob=\"beforeend\">{token}</div>";

    public static Task RunAsync(string kind, string address)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls(address);
        return kind switch
        {
            "pipulate" => PipulateServer.RunAsync(builder, perVisitor: false),
            "pipulate-model" => PipulateServer.RunAsync(builder, perVisitor: true),
            "pipulate-node" =>
                PipulateServer.RunAsync(builder, perVisitor: true, Environment.GetEnvironmentVariable(Demands.BetweenNodes.Variable)),
            "signalr" => SignalRServer.RunAsync(builder),
            "naive" => NaiveServer.RunAsync(builder),
            "naive-model" => RelayServer.RunAsync(builder),
            "floor" => FloorServer.RunAsync(builder, new Uri(address).Port),
            "model" => ModelServer.RunAsync(builder),
            _ => throw new ArgumentException($"There is no server \"{kind}\"."),
        };
    }

    public static void MapMeasures(WebApplication app)
    {
        app.MapGet("/memory", () =>
        {
            for (var i = 0; i < 3; i++)
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
            }

            return GC.GetTotalMemory(forceFullCollection: true).ToString(System.Globalization.CultureInfo.InvariantCulture);
        });
        app.MapGet(
            "/allocated", () => GC.GetTotalAllocatedBytes(precise: true).ToString(System.Globalization.CultureInfo.InvariantCulture));
    }

    public static (int First, int Count, double Rate, int Padding) Wish(HttpRequest request) =>
        (Number(request, "first"), Number(request, "count"), Number(request, "rate"), Number(request, "padding"));

    private static int Number(HttpRequest request, string name) =>
        int.TryParse(request.Query[name], System.Globalization.CultureInfo.InvariantCulture, out var number) ? number : 0;
}
