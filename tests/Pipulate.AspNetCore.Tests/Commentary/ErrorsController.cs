using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Mvc;

namespace Pipulate.Tests.Commentary;

/// <summary>An API, whose invalid requests never reach the action.</summary>
[ApiController]
[Route("api/errors")]
public sealed class ErrorsController : ControllerBase
{
    [HttpPost]
    [ChatCommentary("{error}", On = CommentaryOutcome.Failure)]
    public IActionResult Post(Input input) => Ok(input);

    public sealed class Input
    {
        [Required]
        public string? Title { get; set; }
    }
}
