using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Rendering;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Pipulate.Components;
using Pipulate.Tests.Panel;

namespace Pipulate.Tests.Components;

/// <summary>The panel without Razor views: as a component that is rendered on the server, and as HTML.</summary>
public sealed partial class ChatPanelTests
{
    [Theory]
    [InlineData(HtmxVersion.V2, "ws")]
    [InlineData(HtmxVersion.V2, "sse")]
    [InlineData(HtmxVersion.V4, "ws")]
    [InlineData(HtmxVersion.V4, "sse")]
    public async Task Component_OnAPage_IsThePanelThatAnEndpointCanWriteToo(HtmxVersion version, string transport)
    {
        await using var host = await ChatHost.StartAsync(
            app =>
            {
                app.MapGet(
                    "/component",
                    () => new RazorComponentResult<Page>(new Dictionary<string, object?> { [nameof(Page.Transport)] = Of(transport) }));
                app.MapGet("/html", async Task<IResult> (HttpContext context) => new PageResult(await context.RenderChatPanelAsync(panel =>
                {
                    panel.Theme = "matrix";
                    panel.Value = "A \"draft\"";
                    panel.Autofocus = true;
                    panel.Disabled = true;
                    panel.Placeholder = "Well?";
                    panel.Transport = Of(transport);
                })));
            },
            options => options.Htmx = version,
            services => services.AddRazorComponents());
        using var http = new HttpClient { BaseAddress = host.Address };

        var component = await http.GetStringAsync("/component", TestContext.Current.CancellationToken);
        var html = await http.GetStringAsync("/html", TestContext.Current.CancellationToken);

        Assert.Equal(Panel().Match(Same(html)).Value, Panel().Match(Same(component)).Value);
        Assert.Contains("data-theme=\"matrix\"", component, StringComparison.Ordinal);
        Assert.Contains(
            version is HtmxVersion.V2 ? $"{transport}-connect=\"/{transport}\"" : $"hx-{transport}:connect=\"/{transport}\"",
            component,
            StringComparison.Ordinal);
        Assert.Contains("pipulate.js", component, StringComparison.Ordinal);
    }

    private static ChatTransport Of(string transport) =>
        transport == "sse" ? ChatTransport.ServerSentEvents : ChatTransport.WebSocket;

    [Fact]
    public async Task Component_WithoutARequest_SaysWhatToDo()
    {
        await using var services = new ServiceCollection().AddLogging().BuildServiceProvider();
        await using var renderer = new HtmlRenderer(services, NullLoggerFactory.Instance);

        var exception = await Assert.ThrowsAsync<InvalidOperationException>(
            () => renderer.Dispatcher.InvokeAsync(() => renderer.RenderComponentAsync<ChatPanel>()));
        Assert.Contains("Take the render mode away", exception.Message, StringComparison.Ordinal);
    }

    /// <summary>Without what is new in every page.</summary>
    private static string Same(string html) => New().Replace(html, "");

    [GeneratedRegex("<section.*</section>", RegexOptions.Singleline)]
    private static partial Regex Panel();

    [GeneratedRegex("(?<=name=\"mid\" type=\"hidden\" value=\")[^\"]*|CfDJ[\\w-]*")]
    private static partial Regex New();

    private sealed class Page : ComponentBase
    {
        [Parameter]
        public ChatTransport Transport { get; set; }

        protected override void BuildRenderTree(RenderTreeBuilder builder)
        {
            builder.OpenComponent<ChatAssets>(0);
            builder.CloseComponent();
            builder.OpenComponent<ChatPanel>(1);
            builder.AddComponentParameter(2, nameof(ChatPanel.Theme), "matrix");
            builder.AddComponentParameter(3, nameof(ChatPanel.Value), "A \"draft\"");
            builder.AddComponentParameter(4, nameof(ChatPanel.Autofocus), true);
            builder.AddComponentParameter(5, nameof(ChatPanel.Disabled), true);
            builder.AddComponentParameter(6, nameof(ChatPanel.Placeholder), "Well?");
            builder.AddComponentParameter(7, nameof(ChatPanel.Transport), Transport);
            builder.CloseComponent();
        }
    }
}
