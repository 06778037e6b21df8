using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Filters;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Pipulate.Commentary;

/// <summary>Fills in what MVC actions and Razor Page handlers were given, what they returned, and whether a form was shown again with errors.</summary>
internal sealed class CommentaryMvcFilter : IActionFilter, IPageFilter
{
    public void OnActionExecuting(ActionExecutingContext context)
    {
        if (IsCommented(context))
        {
            CommentaryFeature.Of(context.HttpContext).Arguments = new Dictionary<string, object?>(context.ActionArguments, StringComparer.OrdinalIgnoreCase);
        }
    }

    public void OnActionExecuted(ActionExecutedContext context)
    {
        if (IsCommented(context))
        {
            Fill(context, context.Result);
        }
    }

    public void OnPageHandlerSelected(PageHandlerSelectedContext context)
    {
    }

    public void OnPageHandlerExecuting(PageHandlerExecutingContext context)
    {
        if (IsCommented(context))
        {
            CommentaryFeature.Of(context.HttpContext).Arguments = new Dictionary<string, object?>(context.HandlerArguments, StringComparer.OrdinalIgnoreCase);
        }
    }

    public void OnPageHandlerExecuted(PageHandlerExecutedContext context)
    {
        if (IsCommented(context))
        {
            Fill(context, context.Result);
        }
    }

    private static bool IsCommented(FilterContext context) => context.ActionDescriptor.EndpointMetadata.Any(item => item is IChatCommentaryMetadata);

    private static void Fill(FilterContext context, IActionResult? result)
    {
        var feature = CommentaryFeature.Of(context.HttpContext);
        feature.Invalid = !context.ModelState.IsValid && result is ViewResult or PartialViewResult or PageResult;
        feature.SetResult(result switch
        {
            ObjectResult { Value: var value } => value,
            JsonResult { Value: var value } => value,
            ViewResult { Model: var model } => model,
            PartialViewResult { Model: var model } => model,
            ContentResult { Content: var content } => content,
            _ => null,
        });
    }
}
