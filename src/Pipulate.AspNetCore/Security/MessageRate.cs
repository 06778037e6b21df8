using System.Collections.Concurrent;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace Pipulate.Security;

/// <summary>
/// How fast visitors may send. What they type and what their pages tell of are counted apart: nobody is kept from talking because a page is talkative.
/// </summary>
internal sealed class MessageRate(IOptions<PipulateOptions> options, TimeProvider time)
{
    /// <summary>As many visitors as are remembered; past it all begin anew, which costs less than to know who was here last.</summary>
    public const int Capacity = 20_000;

    private static readonly TimeSpan SweepEvery = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<string, TokenBucketRateLimiter> _buckets = new();
    private readonly TokenBucketRateLimiterOptions _settings = new()
    {
        TokenLimit = options.Value.Limits.MessageBurst,
        TokensPerPeriod = 1,
        ReplenishmentPeriod = TimeSpan.FromMinutes(1) / options.Value.Limits.MessagesPerMinute,

        // Filled when somebody draws from it: no timer runs for visitors who are not there.
        AutoReplenishment = false,
        QueueLimit = 0,
    };

    private long _swept = time.GetTimestamp();

    /// <summary>How many buckets are kept.</summary>
    public int Count => _buckets.Count;

    /// <summary>Whose messages are counted together. In a room for everybody there may be no more to go by than the address.</summary>
    public static string KeyOf(HttpContext context, Visitor visitor, ConversationScope scope) => scope is ConversationScope.Shared
        ? visitor.UserId is { Length: > 0 } user ? "u:" + user : "a:" + context.Connection.RemoteIpAddress
        : visitor.Conversation.ToString();

    /// <summary>Whether a visitor may send a typed message now.</summary>
    public bool TryType(string visitor, out TimeSpan retryAfter) => TryTake("typed " + visitor, out retryAfter);

    /// <summary>Whether a visitor's page may tell of an event now.</summary>
    public bool TryTell(string visitor, out TimeSpan retryAfter) => TryTake("told " + visitor, out retryAfter);

    /// <summary>A wait as whole seconds, for people and for headers; never none.</summary>
    public static int Seconds(TimeSpan wait) => Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds));

    private bool TryTake(string key, out TimeSpan retryAfter)
    {
        if (!_buckets.TryGetValue(key, out var bucket))
        {
            Sweep();
            bucket = _buckets.GetOrAdd(key, static (_, settings) => new TokenBucketRateLimiter(settings), _settings);
        }

        bucket.TryReplenish();
        using var lease = bucket.AttemptAcquire();
        retryAfter = lease.TryGetMetadata(MetadataName.RetryAfter, out var wait) ? wait : TimeSpan.Zero;
        return lease.IsAcquired;
    }

    /// <summary>Forgets, once a minute and when there are too many, whom it would let send at full again anyway.</summary>
    private void Sweep()
    {
        var last = Volatile.Read(ref _swept);
        var isFull = _buckets.Count >= Capacity;
        if ((!isFull && time.GetElapsedTime(last) < SweepEvery) || Interlocked.CompareExchange(ref _swept, time.GetTimestamp(), last) != last)
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

        // With a tenth to spare, so that the next newcomers do not each sweep again.
        if (_buckets.Count > Capacity - (Capacity / 10))
        {
            _buckets.Clear();
        }
    }
}
