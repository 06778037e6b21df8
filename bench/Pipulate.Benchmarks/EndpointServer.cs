using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Pipulate.Security;
using Pipulate.Storage;

namespace Pipulate.Benchmarks;

/// <summary>
/// A server for wrk: the same endpoint with commentary and without, while the model speaks and speaks. <c>wrk.sh</c> asks both in turn.
/// </summary>
internal static class EndpointServer
{
    public static async Task RunAsync(string address)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls(address);
        builder.Services.AddSingleton<IChatClient, BusyModel>();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.Zero);
        builder.Services.AddPipulate();
        var app = builder.Build();
        app.UsePipulate();
        app.MapPost("/plain/{id:int}", (int id, string title) => title);
        app.MapPost("/marked/{id:int}", [ChatCommentary("They put {title} at {id}: {result}.")] (int id, string title) => title);
        app.MapGet("/visitor", (HttpContext context, IServiceProvider services) =>
        {
            var visitor = services.GetRequiredService<VisitorIdentity>().GetOrCreate(context);

            // As a page with a panel does; the model speaks to nobody who is not there.
            services.GetRequiredService<ConversationCache>().Get(visitor.Conversation).Viewers.ExpectViewer();
            return Results.NoContent();
        });
        await app.RunAsync();
    }

    private sealed class BusyModel : IChatClient
    {
        public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
            IEnumerable<ChatMessage> messages,
            ChatOptions? options = null,
            [EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            while (!cancellationToken.IsCancellationRequested)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(20), cancellationToken);
                yield return new ChatResponseUpdate(ChatRole.Assistant, "word ");
            }
        }

        public Task<ChatResponse> GetResponseAsync(
            IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
            throw new NotSupportedException();

        public object? GetService(Type serviceType, object? serviceKey = null) => null;

        public void Dispose()
        {
        }
    }
}
