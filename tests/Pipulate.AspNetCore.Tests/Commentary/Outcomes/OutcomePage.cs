using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Pipulate.Tests.Commentary.Outcomes;

/// <summary>What the matrix's pages do.</summary>
public abstract class OutcomePage : PageModel
{
    protected async Task<IActionResult> EndAsync(string ending)
    {
        await Ending.PrepareAsync(HttpContext, ending);
        if (ending == "invalid")
        {
            ModelState.AddModelError("title", Ending.Missing);
        }

        return Ending.Action(ending, Page());
    }
}
