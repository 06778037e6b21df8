using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Pipulate.Commentary;
using Pipulate.Security;

namespace Pipulate.Benchmarks;

/// <summary>
/// A request in process, through the middleware or past it. The context is the same each time, as a server reuses its own. Nobody reads the
/// queue.
/// </summary>
internal sealed class Pipelines : IAsyncDisposable
{
    private readonly DefaultHttpContext _context = new();
    private readonly WebApplication _app;

    public Pipelines()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddPipulate();
        _app = builder.Build();

        Bare = _ => Task.CompletedTask;
        var pipeline = new ApplicationBuilder(_app.Services);
        pipeline.UsePipulate();
        pipeline.Run(Bare);
        Watched = pipeline.Build();

        _context.Request.Method = "POST";
        _context.RequestServices = _app.Services;
        _context.Request.QueryString = new QueryString("?from=Monday&to=Friday");
        _context.Request.RouteValues["title"] = "The long way home";
        WelcomeSomebody();
    }

    public RequestDelegate Bare { get; }

    public RequestDelegate Watched { get; }

    public static Endpoint Endpoint(params object[] metadata) =>
        new(_ => Task.CompletedTask, new EndpointMetadataCollection(metadata), "benchmark");

    /// <summary>Makes the request that of somebody new.</summary>
    public void WelcomeSomebody()
    {
        var fresh = new DefaultHttpContext();
        _app.Services.GetRequiredService<VisitorIdentity>().GetOrCreate(fresh);
        var cookie = fresh.Response.Headers.SetCookie.ToString();
        _context.Request.Headers.Cookie = cookie[..cookie.IndexOf(';', StringComparison.Ordinal)];
    }

    public Task Ask(RequestDelegate pipeline, Endpoint endpoint)
    {
        _context.SetEndpoint(endpoint);
        _context.Features.Set<CommentaryFeature>(null);
        return pipeline(_context);
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
