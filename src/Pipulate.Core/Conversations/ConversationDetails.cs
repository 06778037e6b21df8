namespace Pipulate.Conversations;

/// <summary>
/// Holds the title of a conversation and whether it records: what its visitor decides, and what all nodes and the store must agree on.
/// </summary>
/// <remarks>Safe because everything is written under the lock of the log.</remarks>
internal sealed class ConversationDetails(EntryLog log, TimeProvider time)
{
    private bool _paused;
    private string? _title;
    private long? _pauseApplied;
    private long? _titleApplied;

    /// <summary>Gets or sets a value indicating whether the visitor has paused the recording of their actions.</summary>
    public bool IsPaused
    {
        get => Volatile.Read(ref _paused);
        set
        {
            lock (log.Gate)
            {
                _paused = value;
                PauseChanges++;
                log.NotifyObservers(null);
            }
        }
    }

    /// <summary>
    /// Gets or sets the title: the first words that the visitor typed, until they name it themselves. Null while there are none.
    /// </summary>
    public string? Title
    {
        get
        {
            lock (log.Gate)
            {
                return _title;
            }
        }

        set
        {
            lock (log.Gate)
            {
                SetTitle(value, proposed: false);
            }
        }
    }

    /// <summary>
    /// Gets a value indicating whether the title was made from what was typed; a name that the visitor has given takes its place. Read
    /// under the lock.
    /// </summary>
    public bool IsTitleProposed { get; private set; }

    /// <summary>
    /// Gets how often <see cref="IsPaused"/> was set on this node. Only such changes are written to the store. Read under the lock.
    /// </summary>
    public int PauseChanges { get; private set; }

    /// <summary>Gets how often the title was set on this node. Read under the lock.</summary>
    public int TitleChanges { get; private set; }

    /// <summary>Applies that the visitor has paused or resumed recording on another node.</summary>
    public void ApplyRemotePause(bool paused)
    {
        lock (log.Gate)
        {
            _paused = paused;
            _pauseApplied = time.GetTimestamp();
        }
    }

    /// <summary>
    /// Applies a title that was set on another node. A proposed one never replaces another: which was first, the store decides.
    /// </summary>
    public void ApplyRemoteTitle(string? title, bool proposed)
    {
        lock (log.Gate)
        {
            if (!proposed || _title is null)
            {
                (_title, IsTitleProposed) = (title, proposed);
                _titleApplied = time.GetTimestamp();
            }
        }
    }

    /// <summary>Replaces a title that was proposed here: the store had one already.</summary>
    /// <param name="proposal">The title that was proposed; a newer one stays.</param>
    /// <param name="stored">The title that the store has.</param>
    public void ReplaceProposedTitle(string? proposal, string? stored)
    {
        lock (log.Gate)
        {
            if (IsTitleProposed && _title == proposal)
            {
                (_title, IsTitleProposed) = (stored, false);
            }
        }
    }

    /// <summary>Applies what the store has, unless something newer is known here.</summary>
    /// <param name="paused">Whether recording is paused in the store.</param>
    /// <param name="title">The title in the store.</param>
    /// <param name="pauseChanges">
    /// The value of <see cref="PauseChanges"/> before the reading began, if all of them were stored then; else null.
    /// </param>
    /// <param name="titleChanges">The same for <see cref="TitleChanges"/>.</param>
    /// <param name="settled">After how long what another node has sent must be in the store.</param>
    public void ApplyStored(bool paused, string? title, int? pauseChanges, int? titleChanges, TimeSpan settled)
    {
        lock (log.Gate)
        {
            if (PauseChanges == pauseChanges && IsOld(_pauseApplied))
            {
                _paused = paused;
            }

            if (TitleChanges == titleChanges && IsOld(_titleApplied))
            {
                (_title, IsTitleProposed) = (title, false);
            }
        }

        bool IsOld(long? applied) => applied is not { } at || time.GetElapsedTime(at) > settled;
    }

    /// <summary>Applies what was stored before the conversation was opened. Called under the lock.</summary>
    public void Restore(bool paused, string? title)
    {
        _paused |= paused;
        if (TitleChanges == 0 || IsTitleProposed)
        {
            // A name that the visitor has given meanwhile is newer.
            _title = title ?? _title;
        }
    }

    /// <summary>Removes the title of a conversation that is deleted. Called under the lock.</summary>
    public void Delete() => _title = null;

    /// <summary>Proposes the first words of a message as the title, if there is none. Called under the lock.</summary>
    public void ProposeTitle(string text)
    {
        if (_title is null && ConversationTitle.Propose(text) is { } title)
        {
            SetTitle(title, proposed: true);
        }
    }

    private void SetTitle(string? title, bool proposed)
    {
        (_title, IsTitleProposed) = (title, proposed);
        TitleChanges++;
        log.NotifyObservers(null);
    }
}
