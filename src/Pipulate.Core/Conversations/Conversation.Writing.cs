using Pipulate.Conversations.Entries;
using Pipulate.Localization;

namespace Pipulate.Conversations;

/// <summary>Adds entries, and lets those that are open grow and end.</summary>
internal sealed partial class Conversation
{
    /// <summary>Adds an entry that is complete.</summary>
    public ConversationEntry AddMessage(
        EntryRole role, string text, bool wantsAnswer = false, string? kind = null, Requester? requester = null)
    {
        ConversationEntry entry;
        lock (_log.Gate)
        {
            entry = _log.Add(new ConversationEntry(_log.NextOrdinal, role, EntryState.Complete, _time.GetUtcNow())
            {
                RequiresReply = wantsAnswer,
                Kind = kind,
                Requester = requester,
            });
            entry.Text.Set(text);
        }

        Viewers.NotifyChanged();
        return entry;
    }

    /// <summary>Adds what a user typed, unless the page has sent the same message before.</summary>
    /// <param name="text">What was typed.</param>
    /// <param name="messageId">The id that the page gave it, or null when it gave none.</param>
    /// <param name="requester">Who typed it, where that is known.</param>
    /// <returns>Whether it was new, and the conversation exists.</returns>
    public bool AddUserMessage(string text, string? messageId, Requester? requester = null)
    {
        lock (_log.Gate)
        {
            if (IsDeleted)
            {
                return false;
            }

            var entry = new ConversationEntry(_log.NextOrdinal, EntryRole.User, EntryState.Complete, _time.GetUtcNow())
            {
                RequiresReply = true,
                MessageId = messageId,
                Requester = requester,
            };
            entry.Text.Set(text);

            // Compared as it is stored, which is not always as it was sent: a page's newline may come with a carriage return.
            if (messageId is not null && IsRepeated(entry.Text.ToString(), messageId))
            {
                return false;
            }

            Details.ProposeTitle(entry.Text.ToString());
            _log.Add(entry);
        }

        Viewers.NotifyChanged();
        _log.RaiseReplyRequested();
        return true;
    }

    /// <summary>Adds a notice about the chat itself for the users at the pages; the model is not given it.</summary>
    /// <param name="text">The notice.</param>
    /// <param name="evenIfKnown">Whether it is added even though it is the same as the last notice.</param>
    /// <param name="instead">The turn whose reply it substitutes, if a user waits for that: they may regenerate it.</param>
    public void AddNotice(string text, bool evenIfKnown, Turn? instead = null)
    {
        lock (_log.Gate)
        {
            if (!evenIfKnown && _log.Entries.FindLast(entry => entry.Role is EntryRole.Notice)?.Text.ToString() == text)
            {
                return;
            }
        }

        var notice = AddMessage(EntryRole.Notice, text);
        if (instead is not null)
        {
            lock (_log.Gate)
            {
                Turns.Substitute(notice, instead);
            }

            Viewers.NotifyChanged();
        }
    }

    /// <summary>Begins an entry whose text is still to come.</summary>
    /// <param name="voice">The author, when it is not the model.</param>
    /// <param name="instead">The turn whose reply it substitutes, if it does.</param>
    public ConversationEntry BeginMessage(string? voice = null, Turn? instead = null)
    {
        ConversationEntry entry;
        lock (_log.Gate)
        {
            entry = _log.Add(
                new ConversationEntry(_log.NextOrdinal, EntryRole.Assistant, EntryState.Streaming, _time.GetUtcNow())
                {
                    AuthorName = voice,
                });
            if (instead is not null)
            {
                Turns.Substitute(entry, instead);
            }
        }

        Viewers.NotifyChanged();
        return entry;
    }

    /// <summary>Begins to show the progress of a piece of work.</summary>
    public ConversationEntry BeginProgress(string label)
    {
        ConversationEntry entry;
        lock (_log.Gate)
        {
            entry = _log.Add(new ConversationEntry(_log.NextOrdinal, EntryRole.Progress, EntryState.Streaming, _time.GetUtcNow())
            {
                Progress = new Progress(0, 0, null),
            });
            entry.Text.Set(label);
        }

        Viewers.NotifyChanged();
        return entry;
    }

    /// <summary>Shows the progress of a piece of work, unless it has ended.</summary>
    public void Report(ConversationEntry entry, Progress progress) => Change(entry, progress, static (entry, progress) =>
    {
        entry.Progress = progress;
        entry.Epoch++;
    });

    /// <summary>Appends to the text of an entry, unless it has ended.</summary>
    public void Append(ConversationEntry entry, ReadOnlySpan<char> piece)
    {
        lock (_log.Gate)
        {
            if (entry.State is not EntryState.Streaming)
            {
                return;
            }

            entry.Text.Append(piece);
            _log.MarkChanged(entry);
        }

        Viewers.NotifyChanged();
    }

    /// <summary>Appends to the reasoning of the model before its reply, unless the entry has ended.</summary>
    public void AppendReasoning(ConversationEntry entry, ReadOnlySpan<char> piece)
    {
        lock (_log.Gate)
        {
            if (entry.State is not EntryState.Streaming)
            {
                return;
            }

            if (entry.Reasoning is null)
            {
                // Pages have no place for it yet, so the entry is replaced.
                entry.Reasoning = new EntryText();
                entry.Epoch++;
            }

            entry.Reasoning.Append(piece);
            _log.MarkChanged(entry);
        }

        Viewers.NotifyChanged();
    }

    /// <summary>Moves the end of a reply to the reasoning before it, because it has turned out to be reasoning.</summary>
    /// <param name="entry">The reply; one that has ended stays as it is.</param>
    /// <param name="text">What remains of its text.</param>
    /// <param name="reasoning">What is reasoning.</param>
    public void MoveToReasoning(ConversationEntry entry, string text, string reasoning) =>
        Change(entry, (Log: _log, Text: text, Reasoning: reasoning), static (entry, moved) =>
        {
            entry.Text.Clear();
            entry.Text.Append(moved.Text);
            moved.Log.InitializeMarkdown(entry);
            entry.Reasoning ??= new EntryText();
            entry.Reasoning.Append(moved.Reasoning);
            entry.Epoch++;
        });

    /// <summary>Shows that a reply waits for the model to be loaded, unless it has begun or ended.</summary>
    public void ShowLoading(ConversationEntry entry)
    {
        lock (_log.Gate)
        {
            if (entry is { IsOpen: true, IsQueued: false, Text.Length: 0, Reasoning: null })
            {
                entry.Waiting = Texts[TextKey.Loading];
                entry.Epoch++;
                _log.MarkChanged(entry);
            }
        }

        Viewers.NotifyChanged();
    }

    /// <summary>Ends an entry: its text and state are final. Ending it again does nothing.</summary>
    public void End(ConversationEntry entry, EntryState state, string? reason = null)
    {
        lock (_log.Gate)
        {
            if (entry.State is not EntryState.Streaming)
            {
                return;
            }

            _log.End(entry, state, reason);
        }

        Viewers.NotifyChanged();
    }

    private void Change<TState>(ConversationEntry entry, TState state, Action<ConversationEntry, TState> change)
    {
        lock (_log.Gate)
        {
            if (entry.State is not EntryState.Streaming)
            {
                return;
            }

            change(entry, state);
            _log.MarkChanged(entry);
        }

        Viewers.NotifyChanged();
    }

    private bool IsRepeated(string text, string messageId)
    {
        var compared = 0;
        for (var i = _log.Entries.Count - 1; i >= 0 && compared < RememberedMessageIds; i--)
        {
            if (_log.Entries[i].Role is EntryRole.User)
            {
                compared++;
                if (EntryLog.IsSameMessage(_log.Entries[i], text, messageId))
                {
                    return true;
                }
            }
        }

        return false;
    }
}
