using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Pipulate;

namespace ManyConversations.Pages;

public sealed class IndexModel : PageModel
{
    [ChatCommentary("They wrote down {text}. Ask one question that takes the matter further.")]
    public IActionResult OnPostNote(string text) => new NoContentResult();
}
