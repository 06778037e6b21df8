using Microsoft.Extensions.AI;

namespace Pipulate.Models;

/// <summary>
/// Decides how long to wait for the next update. An update without content, such as a heartbeat, is no first token: the time for that runs
/// from the request, or from the call of a tool, after which the
/// model reads again. Later such an update shows that the server is at work, and the whole answer has a limit of its own.
/// </summary>
internal sealed class StreamTimeout(TimeSpan firstToken, TimeSpan idle, TimeProvider time)
{
    private long _since = time.GetTimestamp();

    public TimeProvider Time => time;

    /// <summary>Gets a value indicating whether the model has said something since it was asked.</summary>
    public bool HasContent { get; private set; }

    /// <summary>Gets the time that the next update may take; zero or less when it has run out.</summary>
    public TimeSpan Next =>
        HasContent ? idle : firstToken == Timeout.InfiniteTimeSpan ? firstToken : firstToken - time.GetElapsedTime(_since);

    /// <summary>Gets the limit that <see cref="Next"/> comes from.</summary>
    public TimeSpan Limit => HasContent ? idle : firstToken;

    public void Observe(ChatResponseUpdate update)
    {
        foreach (var content in update.Contents)
        {
            if (content is FunctionCallContent or FunctionResultContent)
            {
                (HasContent, _since) = (false, time.GetTimestamp());
            }
            else if (AnswerUpdates.IsSign(content))
            {
                HasContent = true;
            }
        }
    }
}
