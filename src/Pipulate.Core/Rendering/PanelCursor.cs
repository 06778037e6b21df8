using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using Pipulate.Conversations;
using Pipulate.Conversations.Entries;

namespace Pipulate.Rendering;

/// <summary>
/// How much of a conversation one page has been sent. Each round it writes what is missing from there to the shared text:
/// the first time a snapshot, later new entries, growth, and replacements. So a page that reads slowly gets fewer and larger
/// rounds, nothing is queued for it, and a page that comes back starts with a snapshot that is right whatever it missed.
/// </summary>
internal sealed class PanelCursor(Conversation conversation, PanelStatus status, CustomEntryRenderer? renderer = null)
{
    /// <summary>How many entries a page is shown when it opens.</summary>
    public const int ShownEntries = 50;

    /// <summary>Past this many bytes of growth the whole entry costs little more and heals whatever went wrong.</summary>
    private const int LongestGrowth = 32 * 1024;

    private readonly List<Place> _streaming = [];
    private int? _opened;
    private long _seen;
    private int _known;
    private int _first;
    private int _statusSeen = -1;

    /// <summary>Whether the last round began an answer that had no word yet: the first one is not kept waiting for others.</summary>
    public bool AwaitsFirstText { get; private set; }

    /// <summary>Whether the last round was the whole list.</summary>
    public bool WroteSnapshot { get; private set; }

    /// <summary>How many entries the last round wrote anew because the page was too far behind in them.</summary>
    public int Rewrote { get; private set; }

    /// <summary>Writes what is new since the last call.</summary>
    /// <returns>Whether there was anything.</returns>
    public bool Write(IBufferWriter<byte> html)
    {
        (AwaitsFirstText, WroteSnapshot, Rewrote) = (false, false, 0);
        var wroteStatus = WriteStatus(html);
        lock (conversation.Gate)
        {
            if (_opened != conversation.Log.RestoreCount)
            {
                _opened = conversation.Log.RestoreCount;
                WriteSnapshot(html);
                return true;
            }

            return conversation.Log.Version > _seen && WriteChanges(html) || wroteStatus;
        }
    }

    /// <summary>Where the page is when it has what was written last.</summary>
    public ResumeToken Position => new(conversation.InstanceId, _seen, _statusSeen);

    /// <summary>Goes on where a page is that has come back and lacks nothing. Any other begins with a snapshot.</summary>
    /// <returns>Whether it lacks nothing.</returns>
    public bool Resume(string place)
    {
        var statusNow = status.Read().Version;
        lock (conversation.Gate)
        {
            // Of what began long ago and still grows it is not known whether the page has it.
            var entries = conversation.Log.Entries;
            var shown = FirstShown(entries);
            if (new ResumeToken(conversation.InstanceId, conversation.Log.Version, statusNow).ToString() != place
                || entries.Take(shown).Any(IsGrowing))
            {
                return false;
            }

            foreach (var entry in entries.Skip(shown).Where(entry => entry.Visible))
            {
                Remember(entry);
            }

            (_opened, _statusSeen) = (conversation.Log.RestoreCount, statusNow);
            SeeAll();
            _first = Math.Max(0, OldestThatMayChange());
            return true;
        }
    }

    /// <summary>The inside of the message list as it is now, for a page that is being rendered.</summary>
    public static void WriteList(IBufferWriter<byte> html, Conversation conversation, CustomEntryRenderer? renderer)
    {
        lock (conversation.Gate)
        {
            foreach (var entry in conversation.Log.Entries.Skip(FirstShown(conversation.Log.Entries)))
            {
                if (entry.Visible)
                {
                    EntryHtml.Write(html, entry, conversation.Texts, renderer, replacing: false);
                }
            }
        }
    }

    /// <summary>Counts back over what is shown: events are told to the model only and take no place.</summary>
    private static int FirstShown(IReadOnlyList<ConversationEntry> entries)
    {
        var shown = 0;
        for (var i = entries.Count - 1; i >= 0; i--)
        {
            shown += entries[i].Visible ? 1 : 0;
            if (shown == ShownEntries)
            {
                return i;
            }
        }

        return 0;
    }

    private bool WriteStatus(IBufferWriter<byte> html)
    {
        var (version, text) = status.Read();
        if (version == _statusSeen)
        {
            return false;
        }

        _statusSeen = version;
        OobFrame.OpenInner(html, PanelIds.Status);
        Encoding.UTF8.GetBytes(HtmlEncoder.Default.Encode(text), html);
        OobFrame.Close(html);
        return true;
    }

    private void WriteSnapshot(IBufferWriter<byte> html)
    {
        var entries = conversation.Log.Entries;
        _first = FirstShown(entries);
        _streaming.Clear();
        OobFrame.OpenInner(html, PanelIds.List);
        for (var i = _first; i < entries.Count; i++)
        {
            WriteNew(html, entries[i]);
        }

        OobFrame.Close(html);
        WroteSnapshot = true;
        SeeAll();
    }

    private bool WriteChanges(IBufferWriter<byte> html)
    {
        var entries = conversation.Log.Entries;
        var wrote = false;
        for (var i = _first; i < _known; i++)
        {
            if (entries[i].Revision > _seen)
            {
                wrote |= WriteChange(html, entries[i]);
            }
        }

        // What is new comes last and in one element: nothing in this message refers to an id that it creates.
        if (HasNew(entries))
        {
            OobFrame.OpenAppend(html, PanelIds.List);
            for (var i = _known; i < entries.Count; i++)
            {
                WriteNew(html, entries[i]);
            }

            OobFrame.Close(html);
            wrote = true;
        }

        SeeAll();
        _first = Math.Max(_first, OldestThatMayChange());
        return wrote;
    }

    private bool HasNew(IReadOnlyList<ConversationEntry> entries)
    {
        // Plain loops here and below: a round for each page, and none of them is to leave anything to collect.
        for (var i = _known; i < entries.Count; i++)
        {
            if (entries[i].Visible)
            {
                return true;
            }
        }

        return false;
    }

    private int PlaceOf(ConversationEntry entry)
    {
        for (var i = 0; i < _streaming.Count; i++)
        {
            if (_streaming[i].Ordinal == entry.Ordinal)
            {
                return i;
            }
        }

        return -1;
    }

    private void SeeAll()
    {
        _known = conversation.Log.Entries.Count;
        _seen = conversation.Log.Version;
    }

    /// <summary>
    /// Keeps a round short on a page that has been open for days: of what is long gone only a growing entry is looked at, and the answer
    /// that may be taken back.
    /// </summary>
    private int OldestThatMayChange()
    {
        var oldest = _known - (2 * ShownEntries);
        if (conversation.Log.LatestReply is { } answer)
        {
            oldest = Math.Min(oldest, conversation.Log.IndexOf(answer.Ordinal));
        }

        foreach (var place in _streaming)
        {
            oldest = Math.Min(oldest, conversation.Log.IndexOf(place.Ordinal));
        }

        return oldest;
    }

    private void WriteNew(IBufferWriter<byte> html, ConversationEntry entry)
    {
        if (!entry.Visible)
        {
            return;
        }

        EntryHtml.Write(html, entry, conversation.Texts, renderer, replacing: false);
        Remember(entry);
    }

    private bool WriteChange(IBufferWriter<byte> html, ConversationEntry entry)
    {
        var index = PlaceOf(entry);
        if (entry.Withdrawn)
        {
            // What is withdrawn was on the page until now, unless it never is; and it is withdrawn once.
            if (entry.Role is EntryRole.Event)
            {
                return false;
            }

            if (index >= 0)
            {
                _streaming.RemoveAt(index);
            }

            EntryHtml.WriteRemoval(html, entry);
            return true;
        }

        if (index >= 0 && _streaming[index].Edition == entry.Edition)
        {
            var (said, thought) = (_streaming[index].Said, _streaming[index].Thought);
            var now = Place.Of(entry);
            if (now.Said == said && now.Thought == thought)
            {
                return false;
            }

            if (now.Said.GrowthSince(said) + now.Thought - thought <= LongestGrowth)
            {
                EntryHtml.WriteGrowth(html, entry, said, thought, conversation.Texts);
                _streaming[index] = now;
                return true;
            }

            Rewrote++;
        }

        if (index >= 0)
        {
            _streaming.RemoveAt(index);
        }

        EntryHtml.Write(html, entry, conversation.Texts, renderer, replacing: true);
        Remember(entry);
        return true;
    }

    private void Remember(ConversationEntry entry)
    {
        if (IsGrowing(entry))
        {
            AwaitsFirstText |= entry is { IsQueued: false, Text.Length: 0 };
            _streaming.Add(Place.Of(entry));
        }
    }

    private static bool IsGrowing(ConversationEntry entry) => entry is { Visible: true, IsOpen: true };

    /// <summary>Up to where a page has an entry that still grows.</summary>
    private readonly record struct Place(int Ordinal, int Edition, TextPosition Said, int Thought)
    {
        public static Place Of(ConversationEntry entry) =>
            new(entry.Ordinal, entry.Edition, TextPosition.Of(entry), entry.Reasoning?.EncodedLength ?? 0);
    }
}
