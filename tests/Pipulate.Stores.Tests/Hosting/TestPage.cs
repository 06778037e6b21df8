using System.Text;
using Pipulate.Connections;
using Pipulate.Conversations;
using Pipulate.Rendering;

namespace Pipulate.Stores.Hosting;

/// <summary>An open page of a <see cref="TestNode"/>: what it is sent, and how it is closed.</summary>
internal sealed class TestPage : IChatTransport, IDisposable
{
    private readonly CancellationTokenSource _gone = new();
    private readonly ChatConnection _connection;
    private readonly List<string> _received = [];

    public TestPage(ConnectionRegistry registry, Conversation conversation, string? user, TimeProvider time)
    {
        var info = new ChatConnectionInfo(Guid.NewGuid().ToString("N"), conversation.Id, user, time.GetUtcNow());
        _connection = new ChatConnection(info, conversation, new PanelStatus(), this, TimeSpan.FromSeconds(10), time);
        registry.Add(_connection);
        Leave = () => registry.Remove(_connection);

        // Nobody waits for it: it ends with the page.
        _ = Task.Run(() => _connection.WriteAsync(_gone.Token), CancellationToken.None);
    }

    public string Id => _connection.Info.Id;

    public ChatAudience Audience => ChatAudience.Connection(Id);

    public Action Leave { get; }

    public CloseReason? Closed { get; private set; }

    /// <summary>Whether it has been sent anything: from then on it looks at its conversation.</summary>
    public bool IsShown
    {
        get
        {
            lock (_received)
            {
                return _received.Count > 0;
            }
        }
    }

    /// <summary>The application's own fragments, in their order.</summary>
    public string[] Fragments
    {
        get
        {
            lock (_received)
            {
                return [.. _received.Where(message => message.StartsWith("<b ", StringComparison.Ordinal))];
            }
        }
    }

    public ValueTask SendAsync(ReadOnlyMemory<byte> message, CancellationToken cancellationToken)
    {
        lock (_received)
        {
            _received.Add(Encoding.UTF8.GetString(message.Span));
        }

        return default;
    }

    public Task CloseAsync(CloseReason reason, CancellationToken cancellationToken)
    {
        Closed = reason;
        return Task.CompletedTask;
    }

    public void Dispose()
    {
        // Once more by its node when that ends.
        if (!_gone.IsCancellationRequested)
        {
            _gone.Cancel();
            _gone.Dispose();
        }
    }
}
