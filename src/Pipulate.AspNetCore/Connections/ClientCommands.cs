using Pipulate.Generation;

namespace Pipulate.Connections;

/// <summary>
/// Executes the commands of a page's buttons, the value of the field <c>do</c>: <c>stop</c>, or <c>again</c> with the id of the reply to
/// generate again. A command concerns the page's own conversation only, whatever it names; an unknown one is ignored.
/// </summary>
internal sealed class ClientCommands(ChatQueue queue)
{
    private const string Stop = "stop";
    private const string RegeneratePrefix = "again ";

    public static bool RequiresReply(string? command) =>
        command is not null && command.StartsWith(RegeneratePrefix, StringComparison.Ordinal);

    public void Execute(ConversationId conversation, string command)
    {
        if (command == Stop)
        {
            queue.Stop(conversation);
        }
        else if (RequiresReply(command) && Guid.TryParseExact(command.AsSpan(RegeneratePrefix.Length), "N", out var answer))
        {
            queue.Regenerate(conversation, answer);
        }
    }
}
