using Pipulate.Conversations;

namespace Pipulate.Generation;

/// <summary>Represents an application of one process: all replies are given here.</summary>
internal sealed class LocalReplyCoordination : IReplyCoordination
{
    private LocalReplyCoordination()
    {
    }

    public static LocalReplyCoordination Instance { get; } = new();

    public bool MayMissViewers => false;

    public Task RepairAsync(Conversation conversation, CancellationToken cancellationToken) => Task.CompletedTask;

    public bool TryRegenerate(Conversation conversation, Guid reply) => true;
}
