using System.Collections.Concurrent;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Pipulate.Conversations.Entries;
using Pipulate.Events.Values;
using Pipulate.Text;
using Pipulate.Threading;

namespace Pipulate.Context;

/// <summary>
/// Asks the application's context providers, side by side and each within its limits of time and length. One that fails or is late is left
/// out: a reply must not depend on it. Thread-safe.
/// </summary>
internal sealed partial class ContextCollector(
    IEnumerable<ContextProviderRegistration> providers,
    IServiceScopeFactory scopes,
    IOptions<PipulateOptions> options,
    TimeProvider time,
    ILogger<ContextCollector> logger)
{
    private readonly ContextProviderRegistration[] _providers = [.. providers];
    private readonly ConcurrentDictionary<ContextProviderRegistration, bool> _reported = new();

    /// <summary>
    /// Holds the calls that did not end in time: a provider that hangs costs one reply its limit, and the next ones nothing.
    /// </summary>
    private readonly ConcurrentDictionary<ContextProviderRegistration, Task> _late = new();

    /// <summary>Gets a value indicating whether the application has any provider.</summary>
    public bool HasProviders => _providers.Length > 0;

    /// <summary>Gets a value indicating whether several visitors read a conversation.</summary>
    public bool IsShared(ConversationId conversation) =>
        conversation.Room is not null || options.Value.Conversations is ConversationScope.Shared;

    /// <summary>Gets what the providers say, in the order of their registration.</summary>
    /// <param name="conversation">The conversation that is replied in.</param>
    /// <param name="requester">Who asked; null where that is not known.</param>
    /// <param name="cancellationToken">Ends the waiting, and is passed to the providers.</param>
    public async Task<IReadOnlyList<ContextPart>> CollectAsync(
        ConversationId conversation, Requester? requester, CancellationToken cancellationToken)
    {
        if (_providers.Length == 0)
        {
            return [];
        }

        var texts = await Task.WhenAll(_providers.Select(provider => AskAsync(provider, conversation, requester, cancellationToken)));
        return [
            .. _providers.Zip(texts).Where(pair => pair.Second is not null).Select(pair => new ContextPart(pair.First.Name, pair.Second!))
        ];
    }

    /// <summary>Creates the turn that a provider, or the persona's delegate, is given.</summary>
    public ChatTurn Describe(ConversationId conversation, Requester? requester, IServiceProvider services) =>
        new(conversation, IsShared(conversation), requester?.User, requester?.PageUrl, services);

    private async Task<string?> AskAsync(
        ContextProviderRegistration provider, ConversationId conversation, Requester? requester, CancellationToken cancellationToken)
    {
        if (_late.TryGetValue(provider, out var late))
        {
            if (!late.IsCompleted)
            {
                return null;
            }

            _late.TryRemove(new(provider, late));
        }

        var settings = options.Value.Context;
        try
        {
            var text = await BoundedCall.RunAsync(
                token => AskInScopeAsync(provider, conversation, requester, token),
                settings.Timeout,
                time,
                asking => NoteLate(provider, asking, cancellationToken),
                cancellationToken);
            return Clean(text, settings.Characters);
        }
        catch (TimeoutException) when (_late.ContainsKey(provider))
        {
            Report(provider, () => LogLate(provider.Name, settings.Timeout.TotalSeconds));
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            Report(provider, () => LogFailed(provider.Name, exception));
        }

        return null;
    }

    private async Task<string?> AskInScopeAsync(
        ContextProviderRegistration provider, ConversationId conversation, Requester? requester, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var turn = Describe(conversation, requester, scope.ServiceProvider);
        return await provider.Create(scope.ServiceProvider).GetContextAsync(turn, cancellationToken);
    }

    /// <summary>Remembers a call that goes on after its limit; one whose reply was stopped is not late.</summary>
    private void NoteLate(ContextProviderRegistration provider, Task asking, CancellationToken stopped)
    {
        if (!asking.IsCompleted && !stopped.IsCancellationRequested)
        {
            _late[provider] = asking;
        }
    }

    private void Report(ContextProviderRegistration provider, Action log)
    {
        if (_reported.TryAdd(provider, true))
        {
            log();
        }
    }

    /// <summary>
    /// Keeps the lines of a text and takes out what hides or reorders characters; a text that is cut ends with an ellipsis.
    /// </summary>
    private static string? Clean(string? text, int characters)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return null;
        }

        var clean = new StringBuilder();
        foreach (var line in text.Trim().ReplaceLineEndings("\n").Split('\n'))
        {
            if (clean.Length >= characters)
            {
                clean.Append(TextCut.Ellipsis);
                break;
            }

            if (clean.Length > 0)
            {
                clean.Append('\n');
            }

            CleanText.Append(clean, line, Math.Max(1, characters - clean.Length), escaped: false);
        }

        return clean.ToString();
    }

    [LoggerMessage(
        1,
        LogLevel.Warning,
        "The context provider {Provider} took longer than the {Seconds} s of Pipulate:Context:Timeout. Replies are generated without it "
            + "until it returns. This is logged once.")]
    private partial void LogLate(string provider, double seconds);

    [LoggerMessage(
        2, LogLevel.Warning, "The context provider {Provider} failed. The reply is generated without it. This is logged once.")]
    private partial void LogFailed(string provider, Exception exception);
}
