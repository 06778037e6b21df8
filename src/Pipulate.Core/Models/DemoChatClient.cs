using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Extensions.AI;
using Pipulate.Text;

namespace Pipulate;

/// <summary>
/// Replies without a model, for machines that have none: short scripted remarks, word by word, on what happened or was said.
/// </summary>
/// <remarks>
/// It needs nothing and never fails. The same messages always give the same remark; the next turn gives another one.
/// Where it stands in for a model, say so on the page. Safe for concurrent use.
/// </remarks>
public sealed partial class DemoChatClient : IChatClient
{
    private const int ValueLength = 60;
    private static readonly TimeSpan DefaultWordDelay = TimeSpan.FromMilliseconds(35);

    private static readonly string[] Added =
    [
        "“{0}” joins the list. It looks very determined for something so new.",
        "Ah, “{0}”. Written down, which is nearly half of the way to done. Nearly.",
        "“{0}”, noted. The other entries have moved over to make room.",
        "Welcome, “{0}”. Make yourself at home; nobody knows how long you will stay.",
        "“{0}”! A bold choice. History will tell, or at least the list will.",
        "One more: “{0}”. Lists grow like this, one good intention at a time.",
    ];

    private static readonly string[] Toggled =
    [
        "“{0}” has changed sides. A checkbox is a small thing, but what a sound it would make.",
        "A tick, a tock: “{0}” is not what it was a second ago.",
        "“{0}”, flipped. The simplest of all decisions, and still better than a meeting.",
        "Look at “{0}”: a new state, the same old charm.",
        "The box of “{0}” has been spoken to, and it listened.",
    ];

    private static readonly string[] Deleted =
    [
        "“{0}” has left the list. It did not even pack.",
        "Goodbye, “{0}”. We will remember you until the next page load.",
        "“{0}” is gone. Fewer things to do is also a way to get things done.",
        "And so ends the story of “{0}”. It was short, like all good ones.",
        "No more “{0}”. The silence on that line is quite pleasant.",
    ];

    private static readonly string[] Happened =
    [
        "“{0}”, then. Something happened here, and I was scripted to find it interesting.",
        "So it is about “{0}” now. I shall raise one eyebrow, as written.",
        "“{0}”: seen, considered, and met with a small scripted nod.",
        "I have a remark about “{0}”, and this is it. A model would take longer.",
    ];

    private static readonly string[] HappenedUnnamed =
    [
        "Something just happened. My script says: applaud quietly.",
        "A click with consequences. My favourite kind.",
        "Noted, with one scripted eyebrow raised.",
        "And the page moves on. So do I, line by line.",
    ];

    private static readonly string[] Talked =
    [
        "That is a fine sentence. A real model would have an opinion about it now.",
        "I would love to answer that, but all my answers were written before you asked.",
        "Good point. I am a scripted voice, so I say that to everybody, but still.",
        "Install a model and ask that again: the reply will be longer, and about your question.",
        "My script has no line for this one. It does have a line for having no line: this is it.",
        "I read every word, and then I took the next remark from my pile. Here it was.",
        "Between us: I am a short list of sentences with good timing.",
    ];

    private readonly TimeSpan _wordDelay;
    private readonly TimeProvider _timeProvider;

    /// <summary>Makes a voice.</summary>
    /// <param name="wordDelay">The pause before each word; the default is 35 milliseconds, zero sends the text at once.</param>
    /// <param name="timeProvider">The clock of the pauses; the default is the system's.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="wordDelay"/> is negative.</exception>
    public DemoChatClient(TimeSpan? wordDelay = null, TimeProvider? timeProvider = null)
    {
        _wordDelay = wordDelay ?? DefaultWordDelay;
        ArgumentOutOfRangeException.ThrowIfLessThan(_wordDelay, TimeSpan.Zero, nameof(wordDelay));
        _timeProvider = timeProvider ?? TimeProvider.System;
    }

    /// <inheritdoc/>
    public Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
        => GetStreamingResponseAsync(messages, options, cancellationToken).ToChatResponseAsync(cancellationToken);

    /// <inheritdoc/>
    public IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(messages);
        return SpeakAsync(Remark([.. messages]), cancellationToken);
    }

    /// <inheritdoc/>
    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is not null ? null
            : serviceType == typeof(ChatClientMetadata) ? new ChatClientMetadata("demo", defaultModelId: "demo")
            : serviceType.IsInstanceOfType(this) ? this
            : null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    /// <summary>Selects the remark for a conversation: by the kind of its last user message, the next one in turn.</summary>
    internal static string Remark(IReadOnlyList<ChatMessage> messages)
    {
        var said = messages.Where(message => message.Role == ChatRole.User).ToList();
        var (remarks, value) = Choose(said.Count > 0 ? said[^1].Text : "");

        // The count stands still when an old history is cut to size; what was said last is then passed over.
        var spoken = messages
            .Where(message => message.Role == ChatRole.Assistant)
            .TakeLast(3)
            .Select(message => message.Text.Trim())
            .ToHashSet(StringComparer.Ordinal);
        var candidates = Enumerable.Range(said.Count, remarks.Length)
            .Select(index => remarks[index % remarks.Length].Replace("{0}", value, StringComparison.Ordinal));
        return candidates.FirstOrDefault(remark => !spoken.Contains(remark)) ?? candidates.First();
    }

    private static (string[] Remarks, string Value) Choose(string text)
    {
        var quoted = Quoted().Match(text);
        var value = quoted.Success ? Unescape(quoted.Value) : "";
        if (!quoted.Success && !Event().IsMatch(text))
        {
            return (Talked, "");
        }

        if (value.Length == 0)
        {
            return (HappenedUnnamed, "");
        }

        // What stands before the value says what was done to it; the value itself may be called "delete me".
        var deed = text[..quoted.Index];
        var after = quoted.Index + quoted.Length;
        var end = text.AsSpan(after).IndexOfAny('.', '!', '\n');
        return Failed().IsMatch(end < 0 ? text : text[..(after + end)]) ? (Happened, value)
            : Deleting().IsMatch(deed) ? (Deleted, value)
            : Toggling().IsMatch(deed) ? (Toggled, value)
            : Adding().IsMatch(deed) ? (Added, value)
            : (Happened, value);
    }

    private static string Unescape(string quoted)
    {
        try
        {
            using var document = JsonDocument.Parse(quoted);
            var value = string.Join(' ', document.RootElement.GetString()!.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
            return TextCut.WithEllipsis(value, ValueLength);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return quoted.Trim('"');
        }
    }

    private async IAsyncEnumerable<ChatResponseUpdate> SpeakAsync(
        string remark, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var id = Guid.NewGuid().ToString("N");
        foreach (var word in Words().Matches(remark).Select(match => match.Value))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (_wordDelay > TimeSpan.Zero)
            {
                await Task.Delay(_wordDelay, _timeProvider, cancellationToken);
            }

            yield return new ChatResponseUpdate(
                ChatRole.Assistant, word)
            { ResponseId = id, ModelId = "demo", CreatedAt = _timeProvider.GetUtcNow() };
        }

        yield return new ChatResponseUpdate(ChatRole.Assistant, (string?)null)
        {
            ResponseId = id,
            ModelId = "demo",
            CreatedAt = _timeProvider.GetUtcNow(),
            FinishReason = ChatFinishReason.Stop,
        };
    }

    [GeneratedRegex("""
        "(?:[^"\\\r\n]|\\.)*"
        """)]
    private static partial Regex Quoted();

    [GeneratedRegex(
        @"^\s*(they|the user|the visitor|someone|somebody|event\b|\[)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Event();

    [GeneratedRegex(
        @"\b(fail|could not|cannot|error|refused|tried|invalid|rejected)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Failed();

    [GeneratedRegex(@"\b(delet|remov|threw|throw|dropp|clear|eras|discard|took)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Deleting();

    [GeneratedRegex(
        @"\b(toggl|tick|untick|check|uncheck|mark|complet|finish|done|undone|reopen|switch|flip)",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Toggling();

    [GeneratedRegex(@"\b(add|put|creat|new|insert|wrote|append|start)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Adding();

    [GeneratedRegex(@"\S+\s*")]
    private static partial Regex Words();
}
