using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Rendering;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.OutputCaching;
using Microsoft.Extensions.DependencyInjection;
using Pipulate.Components;

namespace Pipulate.Tests.Security.Caching;

/// <summary>An application that asks for its pages to be cached in every way that there is, behind a cache that does so.</summary>
internal sealed partial class CachedSite : IAsyncDisposable
{
    private readonly ChatHost _host;
    private readonly NginxServer? _proxy;
    private readonly ConcurrentDictionary<string, int> _served;

    private CachedSite(ChatHost host, NginxServer? proxy, ConcurrentDictionary<string, int> served)
    {
        (_host, _proxy, _served) = (host, proxy, served);
        Address = proxy?.Address ?? host.Address;
    }

    public ChatHost Host => _host;

    /// <summary>Where visitors go: to the cache.</summary>
    public Uri Address { get; }

    public static async Task<CachedSite> StartAsync(string cache)
    {
        ConcurrentDictionary<string, int> served = new();
        var host = await ChatHost.StartAsync(
            app =>
            {
                Map(app, cache);
                app.Lifetime.ApplicationStopped.Register(served.Clear);
            },
            options =>
            {
                options.Events.Add("ping", "They pinged: {message}", ChatLane.Note);
                options.Limits.MessagesPerMinute = options.Limits.MessageBurst = 1000;
            },
            services => AddServices(services, cache),
            signIn: app => UseCache(app, cache, served),
            mapped: endpoints =>
            {
                if (cache is "output-endpoint")
                {
                    endpoints.CacheOutput(policy => policy.AddPolicy<EagerPolicy>());
                }
            },
            ollama: false);
        try
        {
            return new CachedSite(host, cache is "nginx" ? await NginxServer.StartAsync(host.Address) : null, served);
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    /// <summary>How often the application itself was asked for an address.</summary>
    public int Served(string path) => _served.GetValueOrDefault(path);

    /// <summary>A visitor, who has said something and names a conversation so.</summary>
    public async Task<CachedVisitor> EnterAsync(string words)
    {
        var cookies = new CookieContainer();
        var handler = new SocketsHttpHandler { CookieContainer = cookies, AllowAutoRedirect = false };
        var http = new HttpClient(handler) { BaseAddress = Address };
        await http.GetAsync("/html?for=" + words, TestContext.Current.CancellationToken);
        var cookie = cookies.GetCookies(Address)["pipulate.visitor"]!.Value;
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(_host.Address, "/who"));
        request.Headers.Add("Cookie", "pipulate.visitor=" + cookie);
        using var direct = new HttpClient(new SocketsHttpHandler { UseCookies = false });
        using var answer = await direct.SendAsync(request, TestContext.Current.CancellationToken);
        var id = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        await _host.Services.GetRequiredService<IChatChannel>().SayAsync(ChatAudience.Conversation(new ConversationId(id)), words);
        var done = new ChatEvent(new ConversationId(id), "Event of " + words) { Lane = ChatLane.Note };
        await _host.Services.GetRequiredService<IChatQueue>().EnqueueAsync(done);
        return new CachedVisitor(http, cookies, Address, [words, cookie, id, id[2..]]);
    }

    public async ValueTask DisposeAsync()
    {
        if (_proxy is not null)
        {
            await _proxy.DisposeAsync();
        }

        await _host.DisposeAsync();
    }

    private static void AddServices(IServiceCollection services, string cache)
    {
        services.AddRazorComponents();
        services.AddRazorPages(pages => pages.Conventions.AddFolderRouteModelConvention("/Broken", model => model.Selectors.Clear()));
        services.AddResponseCaching();
        services.AddOutputCache(options =>
        {
            if (cache is "output-base")
            {
                options.AddBasePolicy(policy => policy.Expire(TimeSpan.FromMinutes(1)));
            }
            else if (cache is "output-eager")
            {
                options.AddBasePolicy(policy => policy.AddPolicy<EagerPolicy>());
            }
        });
        if (cache is "output-distributed")
        {
            services.AddSingleton<IOutputCacheStore, BytesStore>();
            services.AddOutputCache(options => options.AddBasePolicy(policy => policy.AddPolicy<EagerPolicy>()));
        }
    }

    private static void UseCache(WebApplication app, string cache, ConcurrentDictionary<string, int> served)
    {
        if (cache.StartsWith("output", StringComparison.Ordinal))
        {
            app.UseOutputCache();
        }
        else if (cache is "response")
        {
            app.UseResponseCaching();
        }

        app.Use((context, next) =>
        {
            served.AddOrUpdate(context.Request.Path, 1, (_, count) => count + 1);
            if (context.Request.Path.StartsWithSegments("/callback"))
            {
                // Registered before the panel is there, so it runs after all that is registered later.
                context.Response.OnStarting(() =>
                {
                    Publish(context);
                    return Task.CompletedTask;
                });
            }

            return next(context);
        });
    }

    private static void Map(WebApplication app, string cache)
    {
        void Page(string path, Func<HttpContext, Task<IResult>> page)
        {
            var endpoint = app.MapMethods(path, [HttpMethods.Get, HttpMethods.Head], page);
            if (cache is "output-endpoint")
            {
                endpoint.CacheOutput(policy => policy.Expire(TimeSpan.FromMinutes(1)));
            }
            else if (cache is "output-attribute")
            {
                endpoint.WithMetadata(new OutputCacheAttribute { Duration = 60 });
            }
        }

        app.MapGet("/who", (HttpContext context) => context.GetConversation()?.Value);
        Page("/cached", context =>
        {
            Publish(context);
            return Task.FromResult(Results.Content("the same for all"));
        });
        Page("/html", async context => Html(await context.RenderChatPanelAsync()));
        Page("/before", async context =>
        {
            Publish(context);
            return Html(await context.RenderChatPanelAsync(panel => panel.Transport = ChatTransport.ServerSentEvents));
        });
        Page("/after", async context =>
        {
            var html = Html(await context.RenderChatPanelAsync());
            Publish(context);
            return html;
        });
        Page("/kept", async context =>
        {
            var headers = context.Response.Headers;
            var html = Html(await context.RenderChatPanelAsync());
            headers.CacheControl = "public, max-age=600";
            return html;
        });
        Page("/callback", async context => Html(await context.RenderChatPanelAsync()));
        Page("/component", _ => Task.FromResult<IResult>(new RazorComponentResult<DeepPage>()));
        Page("/error-page", async context =>
        {
            var html = Html(await context.RenderChatPanelAsync());
            context.Response.Clear();
            Publish(context);
            return html;
        });
        Page("/late", async context =>
        {
            await context.Response.WriteAsync("<html>");
            await context.Response.Body.FlushAsync();
            return new Written(await context.RenderChatPanelAsync());
        });
        Page("/late-but-private", async context =>
        {
            context.Response.Headers.CacheControl = "private";
            await context.Response.WriteAsync("<html>");
            await context.Response.Body.FlushAsync();
            return new Written(await context.RenderChatPanelAsync());
        });
        Page("/html-and-token", async context =>
        {
            var html = Html(await context.RenderChatPanelAsync());
            context.RequestServices.GetRequiredService<IAntiforgery>().GetAndStoreTokens(context);
            return html;
        });
        app.MapRazorPages();
    }

    private static void Publish(HttpContext context)
    {
        var headers = context.Response.Headers;
        headers.CacheControl = "public, max-age=600";
        headers.Expires = TimeProvider.System.GetUtcNow().AddMinutes(10).ToString("R");
        headers.ETag = "\"same\"";
        headers.LastModified = DateTimeOffset.UnixEpoch.ToString("R");
        headers["Surrogate-Control"] = "max-age=600";
        headers["CDN-Cache-Control"] = "max-age=600";
        headers["X-Accel-Expires"] = "600";
    }

    private static IResult Html(Microsoft.AspNetCore.Html.IHtmlContent panel)
    {
        using var html = new StringWriter();
        panel.WriteTo(html, HtmlEncoder.Default);
        return Results.Content($"<html><body>{html}</body></html>", "text/html; charset=utf-8");
    }

    /// <summary>The rest of a page whose beginning is on its way.</summary>
    private sealed class Written(Microsoft.AspNetCore.Html.IHtmlContent panel) : IResult
    {
        public async Task ExecuteAsync(HttpContext httpContext)
        {
            await using var html = new StringWriter();
            panel.WriteTo(html, HtmlEncoder.Default);
            await httpContext.Response.WriteAsync(html.ToString());
        }
    }

    /// <summary>Caches whatever it sees, also of people who are signed in and with cookies, and says so at the end as well.</summary>
    private sealed class EagerPolicy : IOutputCachePolicy
    {
        public ValueTask CacheRequestAsync(OutputCacheContext context, CancellationToken cancellation)
        {
            context.EnableOutputCaching = context.AllowCacheLookup = context.AllowCacheStorage = context.AllowLocking = true;
            context.CacheVaryByRules.QueryKeys = "*";
            return default;
        }

        public ValueTask ServeFromCacheAsync(OutputCacheContext context, CancellationToken cancellation) => default;

        public ValueTask ServeResponseAsync(OutputCacheContext context, CancellationToken cancellation)
        {
            context.AllowCacheStorage = true;
            return default;
        }
    }

    /// <summary>A store that keeps bytes somewhere else, as one in Redis does.</summary>
    private sealed class BytesStore : IOutputCacheStore
    {
        private readonly ConcurrentDictionary<string, byte[]> _kept = new();

        public ValueTask EvictByTagAsync(string tag, CancellationToken cancellationToken) => default;

        public ValueTask<byte[]?> GetAsync(string key, CancellationToken cancellationToken) =>
            ValueTask.FromResult(_kept.GetValueOrDefault(key));

        public ValueTask SetAsync(string key, byte[] value, string[]? tags, TimeSpan validFor, CancellationToken cancellationToken)
        {
            _kept[key] = value;
            return default;
        }
    }

    private sealed class DeepPage : ComponentBase
    {
        protected override void BuildRenderTree(RenderTreeBuilder builder)
        {
            builder.OpenElement(0, "main");
            builder.OpenComponent<ChatPanel>(1);
            builder.CloseComponent();
            builder.CloseElement();
        }
    }

    /// <summary>A browser with cookies of its own, and what others must never see of it.</summary>
    internal sealed partial class CachedVisitor(HttpClient http, CookieContainer cookies, Uri address, IReadOnlyList<string> secrets)
        : IDisposable
    {
        private readonly List<string> _tokens = [];

        public HttpClient Http => http;

        public IEnumerable<string> Secrets =>
            secrets.Concat(_tokens).Concat(cookies.GetCookies(address).Select(cookie => cookie.Value))
                .Where(secret => secret.Length > 7).Distinct();

        /// <summary>An answer, head and body.</summary>
        public async Task<(HttpResponseMessage Response, string Text)> GetAsync(string path, HttpMethod? method = null)
        {
            using var request = new HttpRequestMessage(method ?? HttpMethod.Get, path);
            var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
            var isStream = response.Content.Headers.ContentType?.MediaType is "text/event-stream";
            var body = isStream
                ? await FirstAsync(response)
                : await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
            _tokens.AddRange(Tokens().Matches(body).Select(token => token.Value));
            return (response, $"{(int)response.StatusCode}\n{response.Headers}{response.Content.Headers}\n{body}");
        }

        public void Dispose() => http.Dispose();

        private static async Task<string> FirstAsync(HttpResponseMessage response)
        {
            var bytes = new byte[8192];
            var text = new StringBuilder();
            await using var stream = await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken);
            while (!text.ToString().Contains("msg-list", StringComparison.Ordinal))
            {
                text.Append(Encoding.UTF8.GetString(bytes, 0, await stream.ReadAsync(bytes, TestContext.Current.CancellationToken)));
            }

            return text.ToString();
        }

        [GeneratedRegex("CfDJ[\\w-]+|(?<=^id: ).+", RegexOptions.Multiline)]
        private static partial Regex Tokens();
    }
}
