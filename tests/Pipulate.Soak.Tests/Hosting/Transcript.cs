using System.Diagnostics;

namespace Pipulate.Soak.Hosting;

/// <summary>
/// What was typed and generated in one conversation, in order, written by those who typed and generated it. Pages are held against it.
/// </summary>
internal sealed class Transcript(int number)
{
    private readonly Lock _gate = new();
    private readonly List<Said> _said = [];
    private readonly HashSet<int> _asked = [];
    private long _ended;
    private TaskCompletionSource _answered = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public int Number { get; } = number;

    /// <summary>The visitor's cookies: all pages of this conversation have them.</summary>
    public string Cookie { get; set; } = "";

    public IReadOnlyList<Said> Read()
    {
        lock (_gate)
        {
            return [.. _said];
        }
    }

    /// <summary>The question as it is typed. It says whose it is, for the model hears all conversations.</summary>
    public string Question(int count) => $"tell {Number} {count}";

    /// <summary>The model begins to answer.</summary>
    /// <returns>Whether it had not been asked this before.</returns>
    public bool Begin(int question, string answer)
    {
        lock (_gate)
        {
            _ended = 0;
            _said.Add(new Said("user", Question(question)));
            _said.Add(new Said("assistant", answer));
            return _asked.Add(question);
        }
    }

    /// <summary>The model has said its last word.</summary>
    public void End()
    {
        lock (_gate)
        {
            _ended = Stopwatch.GetTimestamp();
            _answered.SetResult();
            _answered = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    public bool WasAsked(int question)
    {
        lock (_gate)
        {
            return _asked.Contains(question);
        }
    }

    /// <summary>Ends with the next answer that ends.</summary>
    public Task NextAnswer()
    {
        lock (_gate)
        {
            return _answered.Task;
        }
    }

    /// <summary>
    /// The answer of which a page shows this much; null while that is too little to tell. An answer begins with its place.
    /// </summary>
    public Said? Find(ReadOnlySpan<char> text)
    {
        var mark = text.IndexOf(' ');
        if (mark < 1 || !int.TryParse(text[1..mark], out var place))
        {
            return null;
        }

        lock (_gate)
        {
            return place < _said.Count ? _said[place] : null;
        }
    }

    /// <summary>How long ago an answer ended that has just been seen to end; null for one before the last.</summary>
    public TimeSpan? Lag(string hash)
    {
        lock (_gate)
        {
            return _said is [.., var last] && last.Hash == hash && _ended > 0 ? Stopwatch.GetElapsedTime(_ended) : null;
        }
    }

    /// <summary>Forgets everything, so that what the library keeps can be weighed.</summary>
    public void Clear()
    {
        lock (_gate)
        {
            _said.Clear();
            _asked.Clear();
        }
    }

    /// <summary>The place that the next answer will have.</summary>
    public int NextAnswerPlace
    {
        get
        {
            lock (_gate)
            {
                return _said.Count + 1;
            }
        }
    }
}
