using Microsoft.AspNetCore.Mvc;
using Pipulate.Tests.Commentary.Outcomes;

namespace Pipulate.Tests.Pages.Outcomes;

[IgnoreAntiforgeryToken]
[ChatCommentary("The class is silent here: the handler is nearer.")]
[ChatCommentary(OutcomeHost.Failed, On = CommentaryOutcome.Failure)]
public sealed class HandlerBoth : OutcomePage
{
    [ChatCommentary(OutcomeHost.Done)]
    public Task<IActionResult> OnPostAsync(int id, string ending) => EndAsync(ending);
}
