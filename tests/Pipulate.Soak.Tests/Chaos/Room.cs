using System.Collections.Concurrent;
using System.Text.RegularExpressions;

namespace Pipulate.Soak.Chaos;

/// <summary>
/// A conversation, and what was promised of it: what a page was told is taken, and each answer as a page has seen it end.
/// </summary>
internal sealed partial class Room(string name)
{
    private readonly ConcurrentDictionary<string, byte> _acknowledged = new();
    private readonly ConcurrentDictionary<(string State, string Text), byte> _answers = new();
    private readonly ConcurrentDictionary<string, byte> _askedAgain = new();
    private readonly ConcurrentDictionary<string, byte> _takenBack = new();
    private int _deletions;
    private volatile bool _isOver;

    /// <summary>As in its address.</summary>
    public string Name { get; } = name;

    /// <summary>
    /// Whether the one before it of the same name is deleted only when the store is back: until then it has not begun, and then its pages
    /// come back once more.
    /// </summary>
    public bool IsPutOff { get; init; }

    /// <summary>Whether it was deleted: then nothing is promised of it any more.</summary>
    public bool IsOver
    {
        get => _isOver;
        set => _isOver = value;
    }

    /// <summary>Whether somebody is deleting it or has, so that it may be gone.</summary>
    public bool MayBeOver => _isOver || Volatile.Read(ref _deletions) > 0;

    public IReadOnlyCollection<string> Acknowledged => [.. _acknowledged.Keys];

    /// <summary>
    /// How each has ended, and with what text: to its end, stopped by somebody, or broken off. Those that were asked for once more may be
    /// gone.
    /// </summary>
    public IReadOnlyCollection<(string State, string Text)> Answers =>
        [.. _answers.Keys.Where(answer => !_askedAgain.ContainsKey(answer.Text))];

    /// <summary>The answers that gave way to new ones, and must not come back.</summary>
    public IReadOnlyCollection<string> TakenBack => [.. _takenBack.Keys];

    public void BeginDeletion() => Interlocked.Increment(ref _deletions);

    /// <summary>It was not deleted after all.</summary>
    public void EndDeletion() => Interlocked.Decrement(ref _deletions);

    public void NoteAcknowledged(string text) => _acknowledged.TryAdd(Plain(text), 0);

    public void NoteAnswer(string state, string text) => _answers.TryAdd((state, Plain(text)), 0);

    /// <summary>Somebody asks for an answer once more: whether it is still there nobody can tell.</summary>
    public void NoteAskedAgain(string text) => _askedAgain.TryAdd(Plain(text), 0);

    /// <summary>A page has seen it go.</summary>
    public void NoteTakenBack(string text)
    {
        if (text.Length > 0)
        {
            _takenBack.TryAdd(Plain(text), 0);
        }
    }

    /// <summary>Text without the blanks, some of which become markup.</summary>
    public static string Plain(string text) => Blanks().Replace(text, "");

    [GeneratedRegex(@"\s+")]
    private static partial Regex Blanks();
}
