using Microsoft.AspNetCore.Mvc;

namespace Pipulate.Tests.Commentary.Outcomes;

[ChatCommentary("The class is silent here: the action is nearer.")]
[ChatCommentary(OutcomeHost.Failed, On = CommentaryOutcome.Failure)]
public sealed class BothController : Controller
{
    /// <summary>Each outcome has its own nearest: success the action's, failure the class's.</summary>
    [HttpPost("both/controller/{id:int}/{ending}")]
    [ChatCommentary(OutcomeHost.Done)]
    public Task<IActionResult> Act(int id, string ending) => Ending.ActionAsync(ControllerContext, ending, new OutcomeController.NoView());
}
