using System.Text.RegularExpressions;
using System.Threading.Channels;
using Microsoft.Extensions.AI;

namespace Pipulate.Testing;

/// <summary>
/// Represents one request to a <see cref="ScriptedChatClient"/>: what the model was sent, and the way to answer it. Safe for concurrent
/// use; what comes after the end of the answer is ignored.
/// </summary>
public sealed partial class ScriptedRequest
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly Channel<ChatResponseUpdate> _updates = Channel.CreateUnbounded<ChatResponseUpdate>();
    private readonly TaskCompletionSource _givenUp = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly string _model;
    private readonly TimeProvider _time;
    private readonly CancellationToken _cancellationToken;

    internal ScriptedRequest(
        IReadOnlyList<ChatMessage> messages, ChatOptions? options, string model, TimeProvider time, CancellationToken cancellationToken)
    {
        (Messages, Options, _model, _time) = (messages, options, model, time);
        _cancellationToken = cancellationToken;
        cancellationToken.UnsafeRegister(static source => ((TaskCompletionSource)source!).TrySetResult(), _givenUp);
    }

    /// <summary>
    /// Gets all that the model was sent, the system message first.
    /// </summary>
    public IReadOnlyList<ChatMessage> Messages { get; }

    /// <summary>
    /// Gets the options of the request.
    /// </summary>
    public ChatOptions? Options { get; }

    /// <summary>
    /// Gets what the model was sent after the system message, each as <c>role: text</c>: easy to compare.
    /// </summary>
    public IReadOnlyList<string> Told =>
        [.. Messages.SkipWhile(message => message.Role == ChatRole.System).Select(message => $"{message.Role}: {message.Text}")];

    /// <summary>
    /// Gets whether the application has given the request up.
    /// </summary>
    public bool IsGivenUp => _cancellationToken.IsCancellationRequested;

    internal ChannelReader<ChatResponseUpdate> Updates => _updates.Reader;

    /// <summary>
    /// Says a piece of the answer.
    /// </summary>
    /// <param name="piece">The piece, as one token.</param>
    public void Say(string piece) => Send(new ChatResponseUpdate(ChatRole.Assistant, piece));

    /// <summary>
    /// Says a text token by token.
    /// </summary>
    /// <param name="text">The text. A token is a word with the blank before it.</param>
    /// <param name="pace">How long each takes, by the client's clock.</param>
    /// <param name="cancellationToken">Breaks off.</param>
    /// <returns>A task that ends with the last token.</returns>
    public async Task SayAsync(string text, TimeSpan pace, CancellationToken cancellationToken = default)
    {
        foreach (Match token in Tokens().Matches(text))
        {
            if (pace > TimeSpan.Zero)
            {
                await Task.Delay(pace, _time, cancellationToken);
            }

            Say(token.Value);
        }
    }

    /// <summary>
    /// Sends reasoning, which models show before they answer.
    /// </summary>
    /// <param name="piece">The piece, as one token.</param>
    public void Think(string piece) => Send(new ChatResponseUpdate(ChatRole.Assistant, [new TextReasoningContent(piece)]));

    /// <summary>
    /// Calls a tool.
    /// </summary>
    /// <param name="tool">The name of the tool.</param>
    /// <param name="arguments">Its arguments by name.</param>
    public void Call(string tool, IDictionary<string, object?>? arguments = null) =>
        Send(new ChatResponseUpdate(ChatRole.Assistant, [new FunctionCallContent(Guid.NewGuid().ToString("N")[..8], tool, arguments)]));

    /// <summary>
    /// Sends an update as it is, if no other method can express it.
    /// </summary>
    /// <param name="update">The update.</param>
    public void Send(ChatResponseUpdate update)
    {
        ArgumentNullException.ThrowIfNull(update);
        update.ModelId ??= _model;
        _updates.Writer.TryWrite(update);
    }

    /// <summary>
    /// Ends the answer as a model does that is done.
    /// </summary>
    /// <param name="last">The last piece of it.</param>
    /// <param name="usage">How many tokens were read and written; null where the model does not tell.</param>
    public void Finish(string last = "", UsageDetails? usage = null)
    {
        var update = new ChatResponseUpdate(ChatRole.Assistant, last) { FinishReason = ChatFinishReason.Stop };
        if (usage is not null)
        {
            update.Contents.Add(new UsageContent(usage));
        }

        Send(update);
        _updates.Writer.TryComplete();
    }

    /// <summary>
    /// Breaks the answer off: what was said so far arrives, and then the exception.
    /// </summary>
    /// <param name="exception">What the client throws; null for a stream that just ends, as a server's does that was stopped.</param>
    public void Fail(Exception? exception = null) => _updates.Writer.TryComplete(exception);

    /// <summary>
    /// Waits until the application gives the request up: because the user has stopped the answer, because it took too long, or because the
    /// application ends.
    /// </summary>
    /// <returns>A task that ends then.</returns>
    /// <exception cref="TimeoutException">It was not given up within 20 seconds.</exception>
    public async Task GivenUpAsync()
    {
        try
        {
            await _givenUp.Task.WaitAsync(Patience);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"The request was not given up within {Patience.TotalSeconds} s.");
        }
    }

    [GeneratedRegex(@"\s*\S+|\s+")]
    private static partial Regex Tokens();
}
