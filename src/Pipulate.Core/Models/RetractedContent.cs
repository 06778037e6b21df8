using Microsoft.Extensions.AI;

namespace Pipulate.Models;

/// <summary>Says that what was given as the newest message of an answer was reasoning.</summary>
/// <param name="said">What remains of the answer.</param>
/// <param name="thought">What was reasoning.</param>
internal sealed class RetractedContent(string said, string thought) : AIContent
{
    /// <summary>Gets what remains of the answer.</summary>
    public string Said { get; } = said;

    /// <summary>Gets what was reasoning.</summary>
    public string Thought { get; } = thought;
}
