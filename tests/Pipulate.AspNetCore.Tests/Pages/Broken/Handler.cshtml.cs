using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Pipulate.Tests.Pages.Broken;

public sealed class Handler : PageModel
{
    [ChatCommentary("They burned {")]
    public void OnPostBurn() => ViewData["burned"] = true;
}
