using System.Collections.Concurrent;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Pipulate.Security;

namespace Pipulate.Commentary;

/// <summary>Turns a finished request into an event: renders the endpoint's template and puts it into the visitor's conversation.</summary>
internal sealed partial class CommentaryText(VisitorIdentity visitors, ChatQueue queue, IOptions<PipulateOptions> options, ILogger<CommentaryText> logger)
{
    private readonly ConcurrentDictionary<string, PromptTemplate> _templates = new();
    private readonly ConcurrentDictionary<(string Template, string Name), bool> _unknown = new();
    private readonly int _longestValue = options.Value.Limits.ValueCharacters;

    public void Tell(HttpContext context, IChatCommentaryMetadata commentary)
    {
        if (visitors.Find(context) is not { } visitor)
        {
            // Nobody's page: without an identity there is no conversation that this could belong to.
            LogNobody(context.GetEndpoint()?.DisplayName);
            return;
        }

        var template = _templates.GetOrAdd(commentary.Template, PromptTemplate.Parse);
        var text = template.Render(
            new RequestValues(context),
            quoted: commentary.Lane is not ChatLane.Say,
            _longestValue,
            name => NoteUnknown(context, template, name));
        queue.Enqueue(new ChatEvent(visitor.Conversation, text) { Lane = commentary.Lane, Kind = template.Source });
    }

    private void NoteUnknown(HttpContext context, PromptTemplate template, string name)
    {
        if (_unknown.TryAdd((template.Source, name), true))
        {
            LogUnknown(context.GetEndpoint()?.DisplayName, name);
        }
    }

    [LoggerMessage(1, LogLevel.Debug, "No commentary on {Endpoint}: the request has neither a user nor a visitor's cookie.")]
    private partial void LogNobody(string? endpoint);

    [LoggerMessage(2, LogLevel.Warning, "The commentary of {Endpoint} names {{{Name}}}, which nothing supplies; \"(unknown)\" stands in its place.")]
    private partial void LogUnknown(string? endpoint, string name);
}
