using System.Threading.Channels;

namespace Pipulate.Tests;

/// <summary>
/// A backplane between "nodes" of one process: services of their own that share a hub. Its ways can be cut, and messages lost.
/// </summary>
internal sealed class InProcessBackplane(InProcessBackplane.Hub hub) : IPipulateBackplane
{
    public int LargestMessage => 1024;

    public IDisposable Subscribe(Action<ReadOnlyMemory<byte>> received, Action reconnected)
    {
        var subscription = new Subscription(this, hub, received, reconnected);
        hub.Add(subscription);
        return subscription;
    }

    public Task PublishAsync(ReadOnlyMemory<byte> message, CancellationToken cancellationToken = default)
    {
        if (message.IsEmpty || message.Length > LargestMessage)
        {
            throw new ArgumentException($"A message has 1 to {LargestMessage} bytes; this one has {message.Length}.", nameof(message));
        }

        hub.Publish(this, message.ToArray());
        return Task.CompletedTask;
    }

    /// <summary>What connects the nodes.</summary>
    public sealed class Hub
    {
        private readonly Lock _gate = new();
        private readonly List<Subscription> _subscriptions = [];
        private bool _cut;

        /// <summary>Which messages are lost without a word; null for none.</summary>
        public Func<bool>? Loses { get; set; }

        /// <summary>How many messages were published.</summary>
        public int Published { get; private set; }

        /// <summary>From now on nothing can be sent, and nothing comes.</summary>
        public void Cut()
        {
            lock (_gate)
            {
                _cut = true;
            }
        }

        public void Mend()
        {
            lock (_gate)
            {
                _cut = false;
                _subscriptions.ForEach(subscription => subscription.Put(null));
            }
        }

        public void Add(Subscription subscription)
        {
            lock (_gate)
            {
                _subscriptions.Add(subscription);
                if (!_cut)
                {
                    subscription.Put(null);
                }
            }
        }

        public void Remove(Subscription subscription)
        {
            lock (_gate)
            {
                _subscriptions.Remove(subscription);
            }
        }

        public void Publish(InProcessBackplane sender, byte[] message)
        {
            lock (_gate)
            {
                if (_cut)
                {
                    throw new IOException("The way is cut.");
                }

                Published++;
                if (Loses?.Invoke() is not true)
                {
                    _subscriptions.FindAll(subscription => subscription.Owner != sender).ForEach(subscription => subscription.Put(message));
                }
            }
        }
    }

    public sealed class Subscription : IDisposable
    {
        private readonly Hub _hub;
        private readonly Channel<byte[]?> _coming = Channel.CreateUnbounded<byte[]?>();

        public Subscription(InProcessBackplane owner, Hub hub, Action<ReadOnlyMemory<byte>> received, Action reconnected)
        {
            (Owner, _hub) = (owner, hub);
            _ = Task.Run(async () =>
            {
                await foreach (var message in _coming.Reader.ReadAllAsync())
                {
                    try
                    {
                        if (message is null)
                        {
                            reconnected();
                        }
                        else
                        {
                            received(message);
                        }
                    }
                    catch (InvalidOperationException)
                    {
                        // What a listener throws ends nothing.
                    }
                }
            });
        }

        public InProcessBackplane Owner { get; }

        /// <summary>Null says that messages come from now on.</summary>
        public void Put(byte[]? message) => _coming.Writer.TryWrite(message);

        public void Dispose()
        {
            _hub.Remove(this);
            _coming.Writer.TryComplete();
        }
    }
}
