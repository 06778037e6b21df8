using System.Text;
using Microsoft.Extensions.AI;

namespace Pipulate.Models;

/// <summary>
/// Gives the updates of any client one form: words of the assistant only, reasoning apart from them, a paragraph between two messages, no
/// blanks before the first visible character,
/// and finish reasons by the names of Microsoft.Extensions.AI. Keeps what an answer has to be judged by at its end. Not thread-safe.
/// </summary>
internal sealed class AnswerUpdates
{
    private const string Paragraph = "\n\n";

    /// <summary>Stops a model that repeats blanks, which it may do without end.</summary>
    private const int LongestBlank = 1_000;

    private readonly StringBuilder _said = new();
    private readonly StringBuilder _blanks = new();
    private ThinkTagFilter _filter = new();
    private string? _message;
    private int _messageBegins;
    private bool _isVisible;
    private bool _begins;
    private bool _thoughtBegins;
    private bool _thought;
    private string _blankThoughts = "";

    /// <summary>Gets why the answer ended; null while it has not, or where more came after that.</summary>
    public ChatFinishReason? Finish { get; private set; }

    /// <summary>Gets the error that was reported instead of thrown, or null.</summary>
    public ErrorContent? Error { get; private set; }

    /// <summary>Gets a value indicating whether the model is done: it has said so, and asks for no tool.</summary>
    public bool IsFinished => Finish is { } finish && finish != ChatFinishReason.ToolCalls;

    /// <summary>Gets a value indicating whether a tool was called and nothing has come of it yet.</summary>
    public bool WaitsForTool { get; private set; }

    /// <summary>Determines whether a content shows that the model is at work, which empty updates and bare figures do not.</summary>
    public static bool IsSign(AIContent? content) => content switch
    {
        null or UsageContent or TextContent { Text: null or "" } => false,
        TextReasoningContent reasoning => reasoning.Text is { Length: > 0 } || reasoning.ProtectedData is { Length: > 0 },
        _ => true,
    };

    /// <summary>Reads the next update.</summary>
    /// <returns>What is known of it now; null where it says nothing.</returns>
    public ChatResponseUpdate? Read(ChatResponseUpdate update)
    {
        var contents = new List<AIContent>(1);
        var isAnswer = IsAnswer(update.Role);
        if (isAnswer && !string.IsNullOrEmpty(update.MessageId))
        {
            if (_message is not null && _message != update.MessageId && update.Contents.Any(IsSign))
            {
                BeginMessage(contents);
            }

            _message = update.MessageId;
        }

        foreach (var content in update.Contents)
        {
            Read(content, isAnswer, contents);
        }

        ReadFinish(update.FinishReason, contents);
        if (update.FinishReason is null && update.Contents is [var only] && contents is [var kept] && ReferenceEquals(only, kept))
        {
            return update;
        }

        return contents.Count == 0 && update.FinishReason is null && update.ModelId is null
            ? null
            : new ChatResponseUpdate(ChatRole.Assistant, contents)
            {
                ResponseId = update.ResponseId,
                MessageId = update.MessageId,
                ModelId = update.ModelId,
                CreatedAt = update.CreatedAt,
                FinishReason = update.FinishReason is null ? null : Finish,
            };
    }

    /// <summary>Reads the end of the stream.</summary>
    /// <returns>What was held back until now, or null.</returns>
    public ChatResponseUpdate? End()
    {
        var contents = new List<AIContent>(1);
        Flush(contents);
        return contents.Count == 0 ? null : new ChatResponseUpdate(ChatRole.Assistant, contents);
    }

    /// <summary>Normalises a role that is not known, because it is a provider's name for the assistant.</summary>
    private static bool IsAnswer(ChatRole? role) =>
        role is null || (role != ChatRole.Tool && role != ChatRole.User && role != ChatRole.System && role.Value.Value is not "developer");

    private void Read(AIContent? content, bool isAnswer, List<AIContent> contents)
    {
        switch (content)
        {
            case TextReasoningContent reasoning when isAnswer:
                GoOnAfterTool(reasoning.Text, contents);
                AddThought(reasoning.Text, contents);
                break;
            case TextContent text when isAnswer:
                GoOnAfterTool(text.Text, contents);
                Add(_filter.Take(text.Text ?? ""), text, contents);
                break;
            case FunctionResultContent:
                // What was an end before was that of the request for the tool.
                Finish = null;
                WaitsForTool = true;
                contents.Add(content);
                break;
            case FunctionCallContent:
                WaitsForTool = true;
                contents.Add(content);
                break;
            case ErrorContent error:
                Error ??= error;
                break;
            case UsageContent { Details: not null }:
                contents.Add(content);
                break;
            case null or UsageContent or TextContent or TextReasoningContent:
                break;
            default:
                if (isAnswer)
                {
                    contents.Add(content);
                }

                break;
        }
    }

    private void ReadFinish(ChatFinishReason? reason, List<AIContent> contents)
    {
        if (reason is not { } given)
        {
            return;
        }

        Flush(contents);
        var finish = FinishReasons.Read(given);

        // Servers that say it twice may be vaguer the second time.
        if (Finish is null || Finish == ChatFinishReason.Stop || Finish == ChatFinishReason.ToolCalls)
        {
            Finish = finish;
        }
    }

    private void GoOnAfterTool(string? text, List<AIContent> contents)
    {
        if (WaitsForTool && text is { Length: > 0 })
        {
            BeginMessage(contents);
        }
    }

    private void BeginMessage(List<AIContent> contents)
    {
        Flush(contents);
        (_filter, WaitsForTool, Finish) = (new ThinkTagFilter(), false, null);
        (_messageBegins, _isVisible) = (_said.Length, false);
        _begins = _said.Length > 0;
        _thoughtBegins = _thought;
        _blanks.Clear();
        _blankThoughts = "";
    }

    private void Flush(List<AIContent> contents) => Add(_filter.Flush(), source: null, contents);

    private void Add(ThinkTagPiece piece, TextContent? source, List<AIContent> contents)
    {
        if (piece.TakesBack)
        {
            TakeBack(piece.Thinking, contents);
        }
        else
        {
            AddThought(piece.Thinking, contents);
        }

        if (piece.Answer.Length == 0)
        {
            return;
        }

        var words = _isVisible ? piece.Answer : Begin(piece.Answer);
        if (words.Length > 0)
        {
            _said.Append(words);
            contents.Add(source is not null && ReferenceEquals(words, source.Text) ? source : new TextContent(words));
        }
    }

    /// <summary>Holds blanks back until something can be seen: an answer of nothing else is none.</summary>
    private string Begin(string words)
    {
        if (InvisibleText.Is(words))
        {
            if (_blanks.Length < LongestBlank)
            {
                _blanks.Append(words);
            }

            return "";
        }

        _isVisible = true;
        if (_blanks.Length > 0)
        {
            words = _blanks.Append(words).ToString();
            _blanks.Clear();
        }

        words = words.TrimStart('\uFEFF', '\u200B');
        return _begins ? Break() + words.TrimStart('\n', '\r', '\uFEFF', '\u200B') : words;
    }

    /// <summary>Gets what is missing of an empty line behind the text.</summary>
    private string Break()
    {
        _begins = false;
        var have = 0;
        while (have < Paragraph.Length && have < _said.Length && _said[^(have + 1)] == '\n')
        {
            have++;
        }

        return Paragraph[have..];
    }

    private void TakeBack(string rest, List<AIContent> contents)
    {
        var thought = string.Concat(_said.ToString(_messageBegins, _said.Length - _messageBegins), _blanks.ToString(), rest);
        var wasSaid = _said.Length > _messageBegins;
        _said.Length = _messageBegins;
        _blanks.Clear();
        (_isVisible, _begins) = (false, _messageBegins > 0);
        if (!wasSaid)
        {
            AddThought(thought, contents);
        }
        else
        {
            contents.Add(new RetractedContent(_said.ToString(), thought.TrimStart('\n')));
            _thought = true;
        }
    }

    private void AddThought(string? thought, List<AIContent> contents)
    {
        if (thought is null or "")
        {
            return;
        }

        if (!_thought || _thoughtBegins)
        {
            _blankThoughts += thought;
            if (InvisibleText.Is(_blankThoughts))
            {
                _blankThoughts = _blankThoughts.Length < LongestBlank ? _blankThoughts : "";
                return;
            }

            thought = _thoughtBegins ? Paragraph + _blankThoughts.TrimStart() : _blankThoughts;
            _blankThoughts = "";
            (_thought, _thoughtBegins) = (true, false);
        }

        contents.Add(new TextReasoningContent(thought));
    }
}
