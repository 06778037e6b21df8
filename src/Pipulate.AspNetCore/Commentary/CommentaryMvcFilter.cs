using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Filters;
using Microsoft.AspNetCore.Mvc.ModelBinding;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Pipulate.Commentary;

/// <summary>
/// Captures the arguments and results of MVC actions and Razor Page handlers, and whether a form was shown again with errors.
/// </summary>
internal sealed class CommentaryMvcFilter : IActionFilter, IPageFilter, IAlwaysRunResultFilter
{
    public void OnActionExecuting(ActionExecutingContext context)
    {
        if (IsCommented(context))
        {
            CommentaryFeature.ToFill(context.HttpContext)?.SetArguments(context.ActionArguments);
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
        if (context.HandlerMethod is { } handler && IsCommented(context) && CommentaryFeature.ToFill(context.HttpContext) is { } feature)
        {
            feature.Handler = PageHandlerCommentary.Of(handler.MethodInfo);
        }
    }

    public void OnPageHandlerExecuting(PageHandlerExecutingContext context)
    {
        if (IsCommented(context))
        {
            CommentaryFeature.ToFill(context.HttpContext)?.SetArguments(context.HandlerArguments);
        }
    }

    public void OnPageHandlerExecuted(PageHandlerExecutedContext context)
    {
        if (IsCommented(context))
        {
            Fill(context, context.Result);
        }
    }

    /// <summary>Captures results of other filters instead of the action: the 400 of an API controller, the redirect of a refusal.</summary>
    public void OnResultExecuting(ResultExecutingContext context)
    {
        if (!IsCommented(context) || CommentaryFeature.ToFill(context.HttpContext) is not { } feature)
        {
            return;
        }

        if (context.Result is ChallengeResult or ForbidResult)
        {
            feature.Failed = true;
            feature.Error = ErrorText.NotAllowed;
        }
        else if (context.Result is ObjectResult { Value: var value })
        {
            feature.Error ??= ErrorText.Of(value);
        }
    }

    /// <summary>
    /// Captures the status that the result has set, because middleware between this and ours may turn it into a redirect to an error page.
    /// </summary>
    public void OnResultExecuted(ResultExecutedContext context)
    {
        if (context.HttpContext.Response.StatusCode is >= StatusCodes.Status400BadRequest and var status
            && IsCommented(context)
            && CommentaryFeature.ToFill(context.HttpContext) is { } feature)
        {
            feature.FailedWith = status;
        }
    }

    /// <summary>Checks the endpoint and not the action, because only the endpoint has the conventions.</summary>
    private static bool IsCommented(FilterContext context) =>
        context.HttpContext.GetEndpoint()?.Metadata.GetMetadata<IChatCommentaryMetadata>() is not null;

    private static void Fill(FilterContext context, IActionResult? result)
    {
        if (CommentaryFeature.ToFill(context.HttpContext) is not { } feature)
        {
            return;
        }

        if (!context.ModelState.IsValid && result is ViewResult or PartialViewResult or ViewComponentResult or PageResult)
        {
            feature.Failed = true;
            feature.Error = FirstError(context.ModelState);
        }

        feature.SetResult(ResultValue.Unwrap(result));
    }

    private static string FirstError(ModelStateDictionary state) =>
        state.Values
            .SelectMany(entry => entry.Errors)
            .Select(error => ErrorText.Of(error.ErrorMessage))
            .FirstOrDefault(text => text is not null)
        ?? ErrorText.InvalidForm;
}
