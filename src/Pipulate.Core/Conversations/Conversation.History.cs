using Pipulate.Conversations.Entries;
using Pipulate.Conversations.History;
namespace Pipulate.Conversations;

/// <summary>What was said before the conversation was opened, which may come later than what is said since.</summary>
internal sealed partial class Conversation
{
    /// <summary>Where entries begin that come before the history has: it has room below them.</summary>
    private const int OrdinalsBeforeHistory = 1_000_000_000;

    /// <summary>The number of the first entry.</summary>
    private int _first = 1;

    /// <summary>What is said from here on comes before the history has.</summary>
    public void BeginBeforeHistory()
    {
        lock (Gate)
        {
            _first = OrdinalsBeforeHistory;
        }
    }

    /// <summary>Takes what was said before the conversation was opened.</summary>
    public void Restore(IReadOnlyCollection<ConversationEntry> history, bool paused, string? title = null)
    {
        lock (Gate)
        {
            if (paused)
            {
                // It was not known yet that what they do is not to be recorded.
                _entries.Where(IsRecordedEvent).ToList().ForEach(ForgetLocked);
            }

            // A page that comes back sends again what it has heard nothing of, and may be faster than the store.
            var recalled = history.Where(entry => Find(entry.Id) is null).ToList();
            _entries.FindAll(entry => entry is { MessageId: not null, IsRemote: false, Withdrawn: false }
                && recalled.Exists(known => IsSameMessage(known, entry.Text.ToString(), entry.MessageId)))
                .ForEach(ForgetLocked);

            _first = 1;
            Insert(history);
            _window = new HistoryWindow();
            _paused |= paused;
            if (TitleChanges == 0 || IsTitleProposed)
            {
                // A name that its visitor has given meanwhile is newer.
                _title = title ?? _title;
            }

            RestoreCount++;
            Version++;
        }

        Viewers.NotifyChanged();
    }

    /// <summary>
    /// Puts the history in front of what the store does not have yet. What other nodes have told of it already, they know better than the
    /// store; in which order it was said, the store knows.
    /// </summary>
    private void Insert(IReadOnlyCollection<ConversationEntry> history)
    {
        var since = _entries.ToArray();
        var known = since.ToDictionary(entry => entry.Id);
        _entries.Clear();
        foreach (var entry in history)
        {
            if (!known.Remove(entry.Id, out var told))
            {
                InitializeMarkdown(entry);
            }

            Put(told ?? entry, entry.Ordinal);
        }

        foreach (var entry in since)
        {
            if (known.ContainsKey(entry.Id))
            {
                Put(entry, ordinal: 0);
            }
        }

        int[] places = [.. since.Select(entry => entry.RequiresReply ? _entries.IndexOf(entry) : _entries.Count)];
        _repliedThrough = Now(_repliedThrough);
        foreach (var answer in since)
        {
            answer.RepliedThrough = answer.RepliedThrough is { } before ? Now(before) : null;
        }

        void Put(ConversationEntry entry, int ordinal)
        {
            entry.Ordinal = Math.Max(ordinal, NextOrdinal);
            _entries.Add(entry);
        }

        // Where the first is now that waited behind a place.
        int Now(int before) => places.Skip(before).DefaultIfEmpty(_entries.Count).Min();
    }
}
