using System.Text;

namespace Pipulate.Soak.Hosting;

/// <summary>
/// What a page's panel shows after the messages it got, with htmx's swap styles, as lean as a thousand pages need it: the running text of
/// what
/// streams, the hash of what has ended. Every message is held to the transcript at once, because the end of an entry would heal what went
/// wrong before it.
/// </summary>
internal sealed class LeanPanel(Transcript transcript, Action<string> fault)
{
    private readonly List<Entry> _entries = [];

    /// <summary>The id of the last message that the server has taken from this page.</summary>
    public string? Acknowledged { get; private set; }

    /// <summary>Texts that were compared to the letter with what was generated.</summary>
    public int Compared { get; private set; }

    public IReadOnlyList<(string Id, string Role, string State, string Hash)> Entries =>
        [.. _entries.Select(entry => (entry.Id, entry.Role, entry.State, entry.Hash ?? Said.HashOf(entry.Text!.ToString())))];

    /// <summary>How many entries are there, and whether the last one has ended.</summary>
    public (int Count, bool Ended) Progress => (_entries.Count, _entries is [.., { Hash: not null }]);

    /// <summary>Raised with the hash of each answer that ends before the page's eyes.</summary>
    public event Action<string>? Ended;

    /// <summary>Shows a page that was loaded.</summary>
    public void Load(string html)
    {
        var list = LeanElement.Parse(html).Find(element => element.Id == "msg-list");
        Assert.NotNull(list);
        Fill(list);
    }

    /// <summary>Applies one message. As in htmx 4 a target that is missing is passed over.</summary>
    public void Apply(string message)
    {
        foreach (var carrier in LeanElement.Parse(message).Elements)
        {
            var swap = carrier["hx-swap-oob"];
            switch (carrier.Id, swap)
            {
                case ("msg-list", "innerHTML"):
                    Fill(carrier);
                    break;
                case ("msg-list", "beforeend"):
                    foreach (var element in carrier.Elements)
                    {
                        Add(_entries.Count, element);
                    }

                    break;
                case ("msg-id", _):
                    Acknowledged = carrier["data-ack"] ?? Acknowledged;
                    break;
                case (_, "beforeend") when _entries.Find(entry => entry.TextId == carrier.Id) is { } growing:
                    Grow(growing, carrier.Text);
                    break;
                case (_, "true") when _entries.FindIndex(entry => entry.Id == carrier.Id) is >= 0 and var place:
                    var streamed = _entries[place].Hash is null;
                    _entries.RemoveAt(place);
                    Add(place, carrier);
                    if (streamed && _entries[place] is { Hash: { } hash })
                    {
                        Ended?.Invoke(hash);
                    }

                    break;
                case (_, "delete"):
                    _entries.RemoveAll(entry => entry.Id == carrier.Id);
                    break;
            }
        }
    }

    /// <summary>Holds the whole list to the transcript: the newest entries, each once, in order, ended, and to the letter.</summary>
    public void AssertWhole()
    {
        var said = transcript.Read();
        var shown = Entries;
        var expected = said.Skip(said.Count - shown.Count).Select(entry => (entry.Role, "complete", entry.Hash)).ToList();
        if (shown.Count < Math.Min(said.Count, 50) || !expected.SequenceEqual(shown.Select(entry => (entry.Role, entry.State, entry.Hash))))
        {
            var ends = string.Join(' ', shown.Select(entry => entry.Id + entry.State[0]));
            fault($"A page of conversation {transcript.Number} ends with [{ends}] for {said.Count} entries.");
        }

        Compared += shown.Count;
    }

    private void Fill(LeanElement list)
    {
        _entries.Clear();
        foreach (var element in list.Elements)
        {
            Add(_entries.Count, element);
        }
    }

    private void Add(int place, LeanElement element)
    {
        if (_entries.Any(entry => entry.Id == element.Id))
        {
            fault($"Entry {element.Id} is shown twice.");
        }

        var text = element.Find(child => child.HasClass("chat-text"))!;
        var entry = new Entry(element.Id, text.Id, element["data-role"]!, element["data-state"]!);
        _entries.Insert(place, entry);
        var shown = text.Text;
        if (entry.State == "streaming")
        {
            entry.Text = new StringBuilder();
            Grow(entry, shown);
            return;
        }

        // A question is shown before the model has been asked it; its place is looked at in the end.
        entry.Hash = Said.HashOf(shown);
        Compared++;
        if (entry.State != "complete" || (entry.Role == "assistant" && transcript.Find(shown)?.Hash != entry.Hash))
        {
            fault($"Entry {entry.Id} of conversation {transcript.Number} ended {entry.State} with: {shown}");
        }
    }

    private void Grow(Entry entry, string piece)
    {
        if (entry.Text is null)
        {
            fault($"Entry {entry.Id} of conversation {transcript.Number} grew after its end.");
            return;
        }

        var before = entry.Text.Length;
        entry.Text.Append(piece);
        if (entry.Truth is null)
        {
            (before, piece) = (0, entry.Text.ToString());
            entry.Truth = transcript.Find(piece);
        }

        if (entry.Truth is { } truth && !truth.Text.AsSpan(Math.Min(before, truth.Text.Length)).StartsWith(piece))
        {
            fault($"Entry {entry.Id} of conversation {transcript.Number} has a gap or a double behind {before} characters: {piece}");
        }
    }

    private sealed record Entry(string Id, string TextId, string Role, string State)
    {
        public StringBuilder? Text { get; set; }

        public Said? Truth { get; set; }

        public string? Hash { get; set; }
    }
}
