using Microsoft.AspNetCore.Mvc;
using Pipulate.Tests.Commentary.Outcomes;

namespace Pipulate.Tests.Pages.Outcomes;

[IgnoreAntiforgeryToken]
[ChatCommentary(OutcomeHost.Done)]
public sealed class Disabled : OutcomePage
{
    [DisableChatCommentary]
    public Task<IActionResult> OnPostAsync(int id, string ending) => EndAsync(ending);
}
