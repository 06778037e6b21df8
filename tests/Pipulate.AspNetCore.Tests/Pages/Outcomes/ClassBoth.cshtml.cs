using Microsoft.AspNetCore.Mvc;
using Pipulate.Tests.Commentary.Outcomes;

namespace Pipulate.Tests.Pages.Outcomes;

[IgnoreAntiforgeryToken]
[ChatCommentary(OutcomeHost.Done)]
[ChatCommentary(OutcomeHost.Failed, On = CommentaryOutcome.Failure)]
public sealed class ClassBoth : OutcomePage
{
    public Task<IActionResult> OnPostAsync(int id, string ending) => EndAsync(ending);
}
