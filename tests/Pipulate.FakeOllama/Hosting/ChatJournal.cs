namespace Pipulate.FakeOllama.Hosting;

/// <summary>Remembers what was asked and who left.</summary>
internal sealed class ChatJournal
{
    private readonly Lock _gate = new();
    private readonly List<RecordedChat> _chats = [];
    private readonly CountSignal _received = new();
    private readonly CountSignal _aborted = new();

    public IReadOnlyList<RecordedChat> Chats
    {
        get
        {
            lock (_gate)
            {
                return [.. _chats];
            }
        }
    }

    public int Aborted => _aborted.Value;

    public void Received(RecordedChat chat)
    {
        lock (_gate)
        {
            _chats.Add(chat);
        }

        _received.Increment();
    }

    public void ClientWentAway(RecordedChat chat)
    {
        chat.ClientWentAway();
        _aborted.Increment();
    }

    public async Task<RecordedChat> WaitForChatAsync(int count, CancellationToken cancellationToken)
    {
        await _received.WaitAsync(count, cancellationToken);
        return Chats[count - 1];
    }

    public Task WaitForAbortedAsync(int count, CancellationToken cancellationToken) => _aborted.WaitAsync(count, cancellationToken);
}
