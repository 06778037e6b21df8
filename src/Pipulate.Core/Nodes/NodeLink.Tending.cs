namespace Pipulate.Nodes;

/// <content>Reads missing text from the store, and finds nodes that have ended.</content>
internal sealed partial class NodeLink
{
    private async Task TendAllAsync(CancellationToken stopping)
    {
        using var tick = new PeriodicTimer(BetweenReadings, time);
        var last = time.GetTimestamp();
        try
        {
            while (await tick.WaitForNextTickAsync(stopping))
            {
                foreach (var shared in _stale.Keys)
                {
                    if (await TryReadAsync(shared, (conversation, limit) => conversation.RepairAsync(limit), stopping))
                    {
                        _stale.TryRemove(shared, out _);
                    }
                }

                if (time.GetElapsedTime(last) >= Heartbeat)
                {
                    last = time.GetTimestamp();
                    await BeatAsync(stopping);
                }
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
        }
    }

    private async Task BeatAsync(CancellationToken stopping)
    {
        foreach (var node in _others.Silent(Silence))
        {
            LogGone(node);
            Forget(node);
        }

        Volatile.Write(ref _beat, true);
        _wake.Set();
        foreach (var shared in _held.Values)
        {
            if (shared.Maintain(TornAfter))
            {
                await TryReadAsync(
                    shared,
                    async (conversation, limit) =>
                    {
                        await conversation.EndOrphanedAsync(TornAfter, limit);
                        return true;
                    },
                    stopping);
            }
        }
    }

    private void Forget(Guid node)
    {
        SetElsewhere(_others.Forget(node));
        _pages?.Forget(node);
    }

    private async Task<bool> TryReadAsync(
        MirroredConversation shared, Func<MirroredConversation, CancellationToken, Task<bool>> read, CancellationToken stopping)
    {
        using var limit = new CancellationTokenSource(ReadLimit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, stopping);
        try
        {
            return await read(shared, either.Token);
        }
        catch (Exception exception)
        {
            // The store is unavailable, which WriteBehindService logs. The next tick retries.
            LogUnread(shared.Id, exception.GetType().Name);
            return false;
        }
    }
}
