using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Pipulate.Security;
using Pipulate.Storage;

namespace Pipulate.Tests.Middleware;

/// <summary>
/// An application whose requests are asked one after the other, each as a visitor of its own, and what the visitor's conversation then
/// holds.
/// </summary>
internal sealed class ToldApp : IAsyncDisposable
{
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false });
    private TaskCompletionSource _left = new();

    public ChatHost Host { get; private set; } = null!;

    /// <summary>Starts it.</summary>
    /// <param name="map">Its endpoints, and the middleware behind UsePipulate.</param>
    /// <param name="before">The middleware before UsePipulate.</param>
    /// <param name="services">Further services.</param>
    /// <param name="configure">Pipulate's options.</param>
    public static async Task<ToldApp> StartAsync(
        Action<WebApplication> map,
        Action<WebApplication>? before = null,
        Action<IServiceCollection>? services = null,
        Action<PipulateOptions>? configure = null)
    {
        var told = new ToldApp();
        told.Host = await ChatHost.StartAsync(
            map,
            configure,
            services,
            signIn: app =>
            {
                app.Use(told.ReportAsync);
                before?.Invoke(app);
            },
            ollama: false);
        return told;
    }

    public Task<Told> AskAsync(HttpMethod method, string path, params (string Name, string Value)[] headers) =>
        AskAsync(method, path, Timeout.InfiniteTimeSpan, headers);

    /// <summary>Asks, and goes away after a while.</summary>
    public async Task<Told> AskAsync(HttpMethod method, string path, TimeSpan patience, params (string Name, string Value)[] headers)
    {
        _left = new(TaskCreationOptions.RunContinuationsAsynchronously);
        var visitor = new DefaultHttpContext();
        var conversation = Host.Services.GetRequiredService<VisitorIdentity>().GetOrCreate(visitor).Conversation;
        using var request = new HttpRequestMessage(method, new Uri(Host.Address, path));
        request.Headers.Add("Cookie", visitor.Response.Headers.SetCookie.ToString().Split(';')[0]);
        foreach (var (name, value) in headers)
        {
            request.Headers.Add(name, value);
        }

        var (status, text) = ((HttpStatusCode)0, "");
        using var gone = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        gone.CancelAfter(patience);
        try
        {
            using var response = await _http.SendAsync(request, gone.Token);
            (status, text) = (response.StatusCode, await response.Content.ReadAsStringAsync(gone.Token));
        }
        catch (OperationCanceledException) when (patience > TimeSpan.Zero)
        {
            // As planned.
        }

        await _left.Task.WaitAsync(TestTime.Timeout, TestContext.Current.CancellationToken);
        return new Told(
            (int)status,
            text,
            [.. Host.Services.GetRequiredService<ConversationCache>().Get(conversation).ReadEvents().Select(one => one.Text)]);
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await Host.DisposeAsync();
    }

    private async Task ReportAsync(HttpContext context, RequestDelegate next)
    {
        try
        {
            await next(context);
        }
        catch (Exception exception) when (exception.Message == "as planned" || exception is OperationCanceledException)
        {
            context.Response.StatusCode = 500;
        }
        finally
        {
            _left.TrySetResult();
        }
    }

    /// <summary>What came of a request.</summary>
    internal sealed record Told(int Status, string Text, IReadOnlyList<string> Events);
}
