using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Pipulate;

namespace AnyEndpoint.Pages;

[IgnoreAntiforgeryToken]
public sealed class DessertModel : PageModel
{
    [ChatCommentary("They ordered ice cream. One remark, 20 words at most.")]
    public void OnPostOrder()
    {
    }
}
