using Microsoft.AspNetCore.Mvc;
using Pipulate.Tests.Commentary.Outcomes;

namespace Pipulate.Tests.Pages.Outcomes;

[IgnoreAntiforgeryToken]
public sealed class HandlerSuccess : OutcomePage
{
    [ChatCommentary(OutcomeHost.Done)]
    public Task<IActionResult> OnPostAsync(int id, string ending) => EndAsync(ending);
}
