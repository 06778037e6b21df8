using Microsoft.AspNetCore.Mvc;

namespace Pipulate.Tests.Commentary.Outcomes;

public sealed class OutcomeController : Controller
{
    [HttpPost("success/action/{id:int}/{ending}")]
    [ChatCommentary(OutcomeHost.Done)]
    public Task<IActionResult> Success(int id, string ending) => Ending.ActionAsync(ControllerContext, ending, new NoView());

    [HttpPost("both/action/{id:int}/{ending}")]
    [ChatCommentary(OutcomeHost.Done)]
    [ChatCommentary(OutcomeHost.Failed, On = CommentaryOutcome.Failure)]
    public Task<IActionResult> Both(int id, string ending) => Ending.ActionAsync(ControllerContext, ending, new NoView());

    [HttpPost("success/controllers-convention/{id:int}/{ending}")]
    public Task<IActionResult> Convention(int id, string ending) => Ending.ActionAsync(ControllerContext, ending, new NoView());

    /// <summary>A view without a file.</summary>
    internal sealed class NoView : PartialViewResult
    {
        public override Task ExecuteResultAsync(ActionContext context) => Task.CompletedTask;
    }
}
