using Microsoft.AspNetCore.Mvc;

namespace Pipulate.Tests.Commentary.Outcomes;

[ChatCommentary(OutcomeHost.Done)]
public sealed class SuccessController : Controller
{
    [HttpPost("success/controller/{id:int}/{ending}")]
    public Task<IActionResult> Act(int id, string ending) => Ending.ActionAsync(ControllerContext, ending, new OutcomeController.NoView());
}
