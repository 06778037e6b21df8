using Pipulate.Generation;

namespace Pipulate.Connections;

/// <summary>
/// What the buttons of a page ask for, as the value of the field <c>do</c>: <c>stop</c>, or <c>again</c> with the id of the answer that is wanted once more. It concerns the
/// page's own conversation only, whatever it names; what means nothing is passed over.
/// </summary>
internal sealed class PageCommands(ChatQueue queue)
{
    private const string Stop = "stop";
    private const string Again = "again ";

    public static bool WantsAnswer(string? command) => command is not null && command.StartsWith(Again, StringComparison.Ordinal);

    public void Obey(ConversationId conversation, string command)
    {
        if (command == Stop)
        {
            queue.Stop(conversation);
        }
        else if (WantsAnswer(command) && Guid.TryParseExact(command.AsSpan(Again.Length), "N", out var answer))
        {
            queue.AskAgain(conversation, answer);
        }
    }
}
