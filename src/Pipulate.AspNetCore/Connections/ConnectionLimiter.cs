using Microsoft.Extensions.Options;
using Pipulate.Security;

namespace Pipulate.Connections;

/// <summary>
/// Restricts how many pages are connected at once: of a visitor, from an address, and in all. A place is taken before the handshake is
/// answered, so that a hundred that come together are counted too; the framework's limiters keep a timer for each kind, and could not say
/// which of them refused.
/// </summary>
internal sealed class ConnectionLimiter(IOptions<PipulateOptions> options)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, int> _taken = [];
    private int _all;

    /// <summary>Gets the number of visitors and addresses that are counted now.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _taken.Count;
            }
        }
    }

    /// <summary>Takes a place, unless there is none.</summary>
    /// <param name="visitor">Whose page it is.</param>
    /// <param name="address">
    /// Where it comes from, if that counts: <see cref="ClientAddress"/>. What signed-in users do is counted by their names.
    /// </param>
    /// <param name="admission">Why there is none.</param>
    public ConnectionLease? TryAcquire(Visitor visitor, string? address, out AdmissionResult admission)
    {
        var limits = options.Value.Limits;
        var mine = KeyOf(visitor);
        var here = visitor.UserId is null ? VisitorKey.OfAddress(address) : null;
        lock (_gate)
        {
            admission = _all >= limits.Connections ? AdmissionResult.ServerFull
                : Taken(mine) >= limits.ConnectionsPerVisitor ? AdmissionResult.VisitorFull
                : Taken(here) >= limits.ConnectionsPerAddress ? AdmissionResult.AddressFull
                : AdmissionResult.Granted;
            if (admission is not AdmissionResult.Granted)
            {
                return null;
            }

            _all++;
            Add(mine, 1);
            Add(here, 1);
        }

        return new ConnectionLease(visitor, () => GiveUp(mine, here));
    }

    /// <summary>Gets the key of a visitor; null in a shared conversation, where visitors are not counted.</summary>
    private string? KeyOf(Visitor visitor) => options.Value.Conversations is ConversationScope.Shared ? null
        : visitor.UserId is { } user ? VisitorKey.OfUser(user)
        : VisitorKey.OfOwner(visitor);

    private int Taken(string? key) => key is null ? 0 : _taken.GetValueOrDefault(key);

    private void Add(string? key, int places)
    {
        if (key is null)
        {
            return;
        }

        var taken = _taken.GetValueOrDefault(key) + places;
        if (taken == 0)
        {
            _taken.Remove(key);
        }
        else
        {
            _taken[key] = taken;
        }
    }

    private void GiveUp(string? mine, string? here)
    {
        lock (_gate)
        {
            _all--;
            Add(mine, -1);
            Add(here, -1);
        }
    }
}
