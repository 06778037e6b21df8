using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Pipulate.Load.Servers;

/// <summary>
/// The library as an application has it. In the shared room one stream goes to all pages; per visitor each page's words are answered by the
/// model.
/// </summary>
internal static class PipulateServer
{
    /// <summary>A text of the usual length: a stream of many tokens is many entries.</summary>
    private const int TokensOfAnEntry = 1_000;

    public static async Task RunAsync(WebApplicationBuilder builder, bool perVisitor, string? database = null)
    {
        var pipulate = builder.Services.AddPipulate(options =>
        {
            options.Conversations = perVisitor ? ConversationScope.PerVisitor : ConversationScope.Shared;
            options.Limits.Generations = 1_000;
            if (Environment.GetEnvironmentVariable("LOAD_MODEL") is { } model)
            {
                options.Ollama.Endpoint = new Uri(model);
            }
        });
        if (database is not null)
        {
            pipulate.AddPostgreSql(database);
        }

        if (Environment.GetEnvironmentVariable("LOAD_KEYS") is { } keys)
        {
            builder.Services.AddDataProtection().SetApplicationName("load").PersistKeysToFileSystem(new DirectoryInfo(keys));
        }

        var app = builder.Build();
        app.UsePipulate();
        app.MapPipulate();
        ServerKind.MapMeasures(app);
        app.MapPost("/go", async (HttpContext context, IChatChannel channel) =>
        {
            var (first, count, rate, padding) = ServerKind.Wish(context.Request);
            var audience = ChatAudience.Conversation(context.GetConversation()!.Value);
            var most = padding == 0 ? TokensOfAnEntry : Math.Max(1, 20_000 / padding);
            for (var done = 0; done < count; done += most)
            {
                await channel.StreamAsync(
                    audience, Token.StreamAsync(first + done, Math.Min(most, count - done), rate, padding), context.RequestAborted);
            }
        });
        await app.RunAsync();
    }
}
