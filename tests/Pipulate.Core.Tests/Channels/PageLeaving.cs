using Pipulate.Channels;

namespace Pipulate.Tests.Channels;

/// <summary>The browser goes away, and the connection's loop is waited for, wherever in its round it is.</summary>
internal static class PageLeaving
{
    public static async Task LeaveAsync(this Task writing, CancellationTokenSource gone, ManualTime time)
    {
        await gone.CancelAsync();
        while (await Task.WhenAny(writing, time.WaitForTimerAsync(ChatConnection.Gathering)) != writing)
        {
            time.Advance(ChatConnection.Gathering);
        }

        await writing;
    }
}
