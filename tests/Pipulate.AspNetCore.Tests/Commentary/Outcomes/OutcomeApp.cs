using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Rendering;
using Microsoft.AspNetCore.Components.Routing;
using Microsoft.AspNetCore.Http;

namespace Pipulate.Tests.Commentary.Outcomes;

/// <summary>The root of the static Razor components.</summary>
public sealed class OutcomeApp : ComponentBase
{
    protected override void BuildRenderTree(RenderTreeBuilder builder)
    {
        builder.OpenComponent<Router>(0);
        builder.AddComponentParameter(1, nameof(Router.AppAssembly), typeof(OutcomeApp).Assembly);
        builder.AddComponentParameter(2, nameof(Router.Found), (RenderFragment<RouteData>)(route => inner =>
        {
            inner.OpenComponent<RouteView>(0);
            inner.AddComponentParameter(1, nameof(RouteView.RouteData), route);
            inner.CloseComponent();
        }));
        builder.CloseComponent();
    }

    /// <summary>What the matrix's components do.</summary>
    public abstract class Screen : ComponentBase
    {
        [CascadingParameter]
        public HttpContext Context { get; set; } = null!;

        [Inject]
        public NavigationManager Navigation { get; set; } = null!;

        [Parameter]
        public int Id { get; set; }

        [Parameter]
        public string Ending { get; set; } = "";

        protected override async Task OnInitializedAsync()
        {
            await Outcomes.Ending.PrepareAsync(Context, Ending);
            if (Ending == "302")
            {
                Navigation.NavigateTo("/elsewhere");
            }
            else if (int.TryParse(Ending, out var status))
            {
                Context.Response.StatusCode = status;
            }
        }
    }

    [Route("/success/component/{id:int}/{ending}")]
    [ChatCommentary(OutcomeHost.Done)]
    public sealed class Success : Screen;

    [Route("/both/component/{id:int}/{ending}")]
    [ChatCommentary(OutcomeHost.Done)]
    [ChatCommentary(OutcomeHost.Failed, On = CommentaryOutcome.Failure)]
    public sealed class Both : Screen;

    [Route("/success/components-convention/{id:int}/{ending}")]
    public sealed class Convention : Screen;
}
