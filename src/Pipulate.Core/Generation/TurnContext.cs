using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Pipulate.Context;
using Pipulate.Conversations.Entries;

namespace Pipulate.Generation;

/// <summary>
/// Gets what a reply is generated with beside the conversation: the persona, and what the application knows at this moment. The request to
/// the model and <c>&lt;chat-context&gt;</c> use the same. Thread-safe.
/// </summary>
internal sealed partial class TurnContext(
    ContextCollector collector, IServiceScopeFactory scopes, IOptions<PipulateOptions> options, ILogger<TurnContext> logger)
{
    private int _failureReported;

    /// <inheritdoc cref="ContextCollector.CollectAsync"/>
    public Task<IReadOnlyList<ContextPart>> CollectAsync(
        ConversationId conversation, Requester? requester, CancellationToken cancellationToken) =>
        collector.CollectAsync(conversation, requester, cancellationToken);

    /// <summary>Creates the system message: the same for all turns of one persona.</summary>
    public ChatMessage SystemMessageFor(ConversationId conversation, Requester? requester) =>
        SystemPrompt.For(PersonaFor(conversation, requester), collector.HasProviders);

    private string PersonaFor(ConversationId conversation, Requester? requester)
    {
        var settings = options.Value;
        if (settings.PersonaFor is not { } personaFor)
        {
            return settings.Persona;
        }

        try
        {
            using var scope = scopes.CreateScope();
            return personaFor(collector.Describe(conversation, requester, scope.ServiceProvider)) is { Length: > 0 } persona
                ? persona
                : settings.Persona;
        }
        catch (Exception exception)
        {
            if (Interlocked.Exchange(ref _failureReported, 1) == 0)
            {
                LogFailed(exception);
            }

            return settings.Persona;
        }
    }

    [LoggerMessage(
        1, LogLevel.Warning, "PipulateOptions.PersonaFor failed. Replies are generated with Pipulate:Persona. This is logged once.")]
    private partial void LogFailed(Exception exception);
}
