using System.Collections.Concurrent;
using System.Threading.RateLimiting;
using Microsoft.Extensions.Options;

namespace Pipulate.Security;

/// <summary>
/// Restricts how fast visitors may send, each and all of one address together. What they type and the events of their pages are counted
/// apart, so that a page with many events does not keep its visitor from writing.
/// </summary>
internal sealed class MessageRateLimiter(IOptions<PipulateOptions> options, TimeProvider time)
{
    /// <summary>Bounds how many visitors are remembered; past it all buckets are dropped, which costs less than an order of use.</summary>
    public const int Capacity = 20_000;

    private static readonly TimeSpan SweepEvery = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<string, TokenBucketRateLimiter> _buckets = new();
    private readonly TokenBucketRateLimiterOptions _ofVisitor =
        Settings(options.Value.Limits.MessageBurst, options.Value.Limits.MessagesPerMinute);
    private readonly TokenBucketRateLimiterOptions _ofAddress =
        Settings(options.Value.Limits.MessagesPerMinutePerAddress, options.Value.Limits.MessagesPerMinutePerAddress);

    private long _swept = time.GetTimestamp();

    /// <summary>Gets the number of buckets.</summary>
    public int Count => _buckets.Count;

    /// <summary>Takes a token for a typed message, if there is one.</summary>
    public bool TryAcquireMessage(RateLimitPartition sender, out TimeSpan retryAfter) => TryTake("typed ", sender, out retryAfter);

    /// <summary>Takes a token for an event of a page, if there is one.</summary>
    public bool TryAcquireEvent(RateLimitPartition sender, out TimeSpan retryAfter) => TryTake("told ", sender, out retryAfter);

    /// <summary>Rounds a wait up to whole seconds, at least one, for people and for headers.</summary>
    public static int Seconds(TimeSpan wait) => Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds));

    private static TokenBucketRateLimiterOptions Settings(int atOnce, int perMinute) => new()
    {
        TokenLimit = atOnce,
        TokensPerPeriod = 1,
        ReplenishmentPeriod = TimeSpan.FromMinutes(1) / perMinute,

        // Filled when a token is taken: no timer runs for visitors who are not there.
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

    /// <summary>Removes the full buckets, once a minute and when there are too many.</summary>
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
