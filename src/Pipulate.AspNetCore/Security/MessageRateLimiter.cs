using System.Collections.Concurrent;
using System.Threading.RateLimiting;
using Microsoft.Extensions.Options;

namespace Pipulate.Security;

/// <summary>
/// Decides how fast visitors may send, per visitor and per client address. Typed messages and posted events are counted apart, so that a
/// page that posts many events does not keep its visitor from typing.
/// </summary>
internal sealed class MessageRateLimiter(IOptions<PipulateOptions> options, TimeProvider time)
{
    /// <summary>
    /// Caps how many visitors are remembered. Past it all counts restart, which is cheaper than an order of use.
    /// </summary>
    public const int Capacity = 20_000;

    private static readonly TimeSpan SweepEvery = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<string, TokenBucketRateLimiter> _buckets = new();
    private readonly TokenBucketRateLimiterOptions _ofVisitor =
        Settings(options.Value.Limits.MessageBurst, options.Value.Limits.MessagesPerMinute);
    private readonly TokenBucketRateLimiterOptions _ofAddress =
        Settings(options.Value.Limits.MessagesPerMinutePerAddress, options.Value.Limits.MessagesPerMinutePerAddress);

    private long _swept = time.GetTimestamp();

    /// <summary>Gets how many buckets are kept.</summary>
    public int Count => _buckets.Count;

    /// <summary>Decides whether a typed message may be sent now.</summary>
    public bool TryAcquireMessage(RateLimitPartition sender, out TimeSpan retryAfter) => TryTake("typed ", sender, out retryAfter);

    /// <summary>Decides whether a page may post an event now.</summary>
    public bool TryAcquireEvent(RateLimitPartition sender, out TimeSpan retryAfter) => TryTake("posted ", sender, out retryAfter);

    /// <summary>Gets a wait in whole seconds, at least one, for people and for headers.</summary>
    public static int Seconds(TimeSpan wait) => Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds));

    private static TokenBucketRateLimiterOptions Settings(int atOnce, int perMinute) => new()
    {
        TokenLimit = atOnce,
        TokensPerPeriod = 1,
        ReplenishmentPeriod = TimeSpan.FromMinutes(1) / perMinute,

        // Replenished at each acquisition, so that no timer runs for visitors who are not there.
        AutoReplenishment = false,
        QueueLimit = 0,
    };

    private bool TryTake(string kind, RateLimitPartition sender, out TimeSpan retryAfter) =>
        TryTake(kind + sender.Visitor, _ofVisitor, out retryAfter)
        && (sender.Address is null || TryTake(kind + sender.Address, _ofAddress, out retryAfter));

    private bool TryTake(string key, TokenBucketRateLimiterOptions settings, out TimeSpan retryAfter)
    {
        if (!_buckets.TryGetValue(key, out var bucket))
        {
            Sweep();
            bucket = _buckets.GetOrAdd(key, static (_, settings) => new TokenBucketRateLimiter(settings), settings);
        }

        bucket.TryReplenish();
        using var lease = bucket.AttemptAcquire();
        retryAfter = lease.TryGetMetadata(MetadataName.RetryAfter, out var wait) ? wait : TimeSpan.Zero;
        return lease.IsAcquired;
    }

    /// <summary>Removes full buckets, which change nothing, once a minute and when there are too many.</summary>
    private void Sweep()
    {
        var last = Volatile.Read(ref _swept);
        var isFull = _buckets.Count >= Capacity;
        if ((!isFull && time.GetElapsedTime(last) < SweepEvery)
            || Interlocked.CompareExchange(ref _swept, time.GetTimestamp(), last) != last)
        {
            return;
        }

        foreach (var (key, bucket) in _buckets)
        {
            bucket.TryReplenish();
            if (bucket.IdleDuration is not null)
            {
                _buckets.TryRemove(key, out _);
            }
        }

        // Leaves a tenth free, so that the next new visitors do not each sweep again.
        if (_buckets.Count > Capacity - (Capacity / 10))
        {
            _buckets.Clear();
        }
    }
}
