using System.Diagnostics;

namespace Pipulate.Soak.Hosting;

/// <summary>What the process holds after the collector has done all it can.</summary>
internal sealed record Footprint(long Heap, long WorkingSet, int Handles, int Sockets, int Threads)
{
    private const string Descriptors = "/proc/self/fd";

    /// <summary>
    /// Weighs until no more than so many bytes are managed, or for as long as the framework may keep what it has ready to be used again:
    /// its pools let go by the clock, and only at a collection.
    /// What is held on to does not get less by waiting.
    /// </summary>
    public static Task<Footprint> SettleAsync(long bytes, CancellationToken cancellationToken) =>
        SettleAsync(footprint => footprint.Heap <= bytes, cancellationToken);

    /// <summary>The same until it is as wanted.</summary>
    public static async Task<Footprint> SettleAsync(Func<Footprint, bool> isSettled, CancellationToken cancellationToken)
    {
        using var look = new PeriodicTimer(TimeSpan.FromSeconds(5));
        var footprint = Take();
        for (var i = 0; i < 18 && !isSettled(footprint); i++)
        {
            await look.WaitForNextTickAsync(cancellationToken);
            footprint = Take();
        }

        return footprint;
    }

    public static Footprint Take()
    {
        // Twice, for what has a finalizer.
        for (var i = 0; i < 2; i++)
        {
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            GC.WaitForPendingFinalizers();
        }

        using var process = Process.GetCurrentProcess();
        var descriptors = Directory.Exists(Descriptors) ? Directory.GetFileSystemEntries(Descriptors) : [];
        return new Footprint(
            GC.GetTotalMemory(forceFullCollection: true),
            process.WorkingSet64,
            descriptors.Length > 0 ? descriptors.Length : process.HandleCount,
            descriptors.Count(IsSocket),
            process.Threads.Count);
    }

    private static bool IsSocket(string descriptor)
    {
        try
        {
            return File.ResolveLinkTarget(descriptor, returnFinalTarget: false) is { } target
                && target.Name.StartsWith("socket:", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            // It was closed meanwhile.
            return false;
        }
    }

    public override string ToString() =>
        $"{Heap / 1e6:0.0} MB managed, {WorkingSet / 1e6:0} MB working set, {Handles} handles, {Sockets} of them sockets, {Threads} "
            + $"threads";
}
