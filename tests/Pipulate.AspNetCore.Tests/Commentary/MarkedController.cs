using Microsoft.AspNetCore.Mvc;

namespace Pipulate.Tests.Commentary;

[ChatCommentary("controller {method}")]
[Route("mvc")]
public sealed class MarkedController : Controller
{
    [HttpPost("action/{id:int}")]
    [ChatCommentary("action {id} {title} result {result.Title}")]
    public IActionResult Action(int id, [FromForm] string title) => Ok(new { Id = id, Title = title });

    [HttpPost("inherited/{id:int}")]
    public IActionResult Inherited(int id) => NoContent();

    [HttpPost("disabled/{id:int}")]
    [DisableChatCommentary]
    public IActionResult Disabled(int id) => NoContent();

    /// <summary>A form that is shown again with errors: the status says 200.</summary>
    [HttpPost("invalid")]
    public IActionResult Invalid()
    {
        ModelState.AddModelError("title", "wrong");
        return new PartialViewResultThatRendersNothing();
    }

    private sealed class PartialViewResultThatRendersNothing : PartialViewResult
    {
        public override Task ExecuteResultAsync(ActionContext context) => Task.CompletedTask;
    }
}
