using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;

namespace Pipulate.Tests.Commentary.Outcomes;

/// <summary>The ways in which an endpoint of the matrix can end, once for each manner of writing one.</summary>
internal static class Ending
{
    public const string TooLong = "The title is too long.";
    public const string Missing = "The title is missing.";

    /// <summary>Throws or waits, where that is the ending.</summary>
    public static async Task PrepareAsync(HttpContext context, string ending)
    {
        OutcomeCase.Find(context)?.Entered.TrySetResult();
        if (ending == "throws")
        {
            throw new InvalidOperationException("SECRET of the server");
        }

        if (ending == "aborted")
        {
            var gone = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            using var registration = context.RequestAborted.Register(() => gone.TrySetResult());
            await gone.Task.WaitAsync(TestTime.Timeout);
        }
    }

    public static async Task<IResult> ResultAsync(HttpContext context, string ending)
    {
        await PrepareAsync(context, ending);
        return ending switch
        {
            "204" => Results.NoContent(),
            "302" => Results.Redirect("/elsewhere"),
            "400" => Results.Problem(TooLong, statusCode: 400),
            "404" => Results.NotFound(),
            "500" => Results.StatusCode(500),
            _ => Results.Ok("done"),
        };
    }

    public static async Task<IActionResult> ActionAsync(ControllerContext context, string ending, IActionResult view)
    {
        await PrepareAsync(context.HttpContext, ending);
        if (ending == "invalid")
        {
            context.ModelState.AddModelError("title", Missing);
        }

        return Action(ending, view);
    }

    public static async Task WriteAsync(HttpContext context)
    {
        var ending = (string)context.Request.RouteValues["ending"]!;
        await PrepareAsync(context, ending);
        context.Response.StatusCode = int.TryParse(ending, out var status) ? status : 200;
        if (status == 302)
        {
            context.Response.Headers.Location = "/elsewhere";
        }
    }

    public static IActionResult Action(string ending, IActionResult view) => ending switch
    {
        "invalid" => view,
        "204" => new NoContentResult(),
        "302" => new RedirectResult("/elsewhere"),
        "400" => new ObjectResult(new ProblemDetails { Title = "Bad", Detail = TooLong, Status = 400 }) { StatusCode = 400 },
        "404" => new NotFoundResult(),
        "500" => new StatusCodeResult(500),
        _ => new OkObjectResult("done"),
    };
}
