using System.Text;
using Pipulate.FakeOllama.Chat;
using Pipulate.FakeOllama.Json;
using Pipulate.FakeOllama.Library;

namespace Pipulate.FakeOllama.Hosting;

/// <summary>Every path the server knows.</summary>
internal static class FakeOllamaRoutes
{
    private static readonly string[] GetAndHead = ["GET", "HEAD"];

    public static void Map(WebApplication app, FakeOllamaServer server)
    {
        app.Use(next => context => LocalHostsOnly.InvokeAsync(context, next));
        app.UseStatusCodePages(context => UnknownAsync(context.HttpContext.Response));
        app.UseRouting();

        var library = new LibraryEndpoints(server);
        Map("/", GetAndHead, context => TextAsync(context.Response, "Ollama is running"));
        Map("/api/version", GetAndHead, library.VersionAsync);
        Map("/api/tags", GetAndHead, library.TagsAsync);
        Map("/api/ps", ["GET"], library.RunningAsync);
        Map("/api/show", ["POST"], library.ShowAsync);
        Map("/api/pull", ["POST"], new PullEndpoint(server).HandleAsync);
        Map("/api/chat", ["POST"], new ChatEndpoint(server).HandleAsync);
        Map("/fake/aborted", ["GET"], context => context.Response.JsonAsync(
            GoJson.Object(w => w.WriteNumber("aborted", server.Aborted)), context.RequestAborted));

        void Map(string path, string[] methods, RequestDelegate handler) => app.MapMethods(path, methods, handler);
    }

    // Gin's words for a wrong path and a wrong method; every other status without a body stays without one.
    private static Task UnknownAsync(HttpResponse response) => response.StatusCode switch
    {
        404 => TextAsync(response, "404 page not found"),
        405 => TextAsync(response, "405 method not allowed"),
        _ => Task.CompletedTask,
    };

    private static async Task TextAsync(HttpResponse response, string text)
    {
        response.ContentType = "text/plain; charset=utf-8";
        response.ContentLength = text.Length;
        await response.Body.WriteAsync(Encoding.ASCII.GetBytes(text), response.HttpContext.RequestAborted);
    }
}
