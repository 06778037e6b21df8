using System.Collections.Concurrent;
using Htmx;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Pipulate.Events;
using Pipulate.Events.Values;
using Pipulate.Generation;
using Pipulate.Security;

namespace Pipulate.Commentary;

/// <summary>
/// Turns a finished request into an event: renders the endpoint's template and adds the event to the visitor's conversation. A failure here
/// never fails the request.
/// </summary>
internal sealed partial class CommentaryPublisher(
    VisitorIdentity visitors,
    RequesterReader requesters,
    Redaction redaction,
    ChatQueue queue,
    IOptions<PipulateOptions> options,
    ILogger<CommentaryPublisher> logger)
{
    /// <summary>Stands for the text of the response in a template.</summary>
    public const string ResponsePlaceholder = "{response}";

    private readonly ConcurrentDictionary<string, PromptTemplate> _templates = new();
    private readonly ConcurrentDictionary<(string Template, string Name), bool> _unknown = new();
    private readonly ConcurrentDictionary<string, bool> _failed = new();
    private readonly ConcurrentDictionary<(string? Endpoint, string Name), bool> _unreadable = new();
    private readonly ValueShapes _shapes = new(redaction);
    private readonly bool _allOfHtmx = options.Value.CommentOn is CommentOn.HtmxRequests;
    private readonly int _longestValue = options.Value.Limits.ValueCharacters;

    /// <summary>Parses a template, once.</summary>
    /// <exception cref="FormatException">It cannot be parsed.</exception>
    public PromptTemplate Parse(string template) => _templates.GetOrAdd(template, PromptTemplate.Parse);

    /// <summary>Gets a value indicating whether a template of the endpoint names the response, so that it is copied.</summary>
    public static bool NamesResponse(Endpoint endpoint)
    {
        var commentary = endpoint.Metadata.GetOrderedMetadata<IChatCommentaryMetadata>();
        for (var i = 0; i < commentary.Count; i++)
        {
            if (NamesResponse(commentary[i]))
            {
                return true;
            }
        }

        return false;
    }

    /// <inheritdoc cref="NamesResponse(Endpoint)"/>
    public static bool NamesResponse(IChatCommentaryMetadata commentary) =>
        commentary.Template.Contains(ResponsePlaceholder, StringComparison.Ordinal);

    /// <summary>Publishes a request that has ended, if its endpoint has commentary.</summary>
    /// <param name="context">The request.</param>
    /// <param name="endpoint">The endpoint that the user requested.</param>
    /// <param name="exception">The exception that left the endpoint, or null.</param>
    public ValueTask PublishAsync(HttpContext context, Endpoint? endpoint, Exception? exception)
    {
        var feature = context.Features.Get<CommentaryFeature>();
        if (endpoint is null
            || feature is { IsPublished: true }
            || RequestOutcome.Of(context, feature, exception) is not { } outcome
            || IsDisabled(endpoint, feature))
        {
            return ValueTask.CompletedTask;
        }

        var commentary = Choose(endpoint, feature, outcome.Kind);
        if (commentary is null
            && !(_allOfHtmx && outcome.Kind is CommentaryOutcome.Success && !IsMarked(endpoint, feature) && context.Request.IsHtmx()))
        {
            return ValueTask.CompletedTask;
        }

        if (visitors.Find(context) is not { } visitor)
        {
            // Without an identity there is no conversation that the event could belong to.
            LogNobody(endpoint.DisplayName);
            return ValueTask.CompletedTask;
        }

        CommentaryFeature.Of(context).IsPublished = true;
        if (commentary is null)
        {
            queue.Enqueue(new ChatEvent(
                visitor.Conversation, HtmxRequestText.Of(context, endpoint, redaction, _longestValue))
            { Kind = endpoint.DisplayName, Requester = requesters.Read(context) });
            return ValueTask.CompletedTask;
        }

        var values = new RequestValues(
            context, endpoint, feature, outcome, redaction, _shapes, (name, exception) => NoteUnreadable(endpoint, name, exception));
        if (commentary is CommentaryConvention { Text: { } text })
        {
            return PublishAsync(
                endpoint, visitor, commentary, text, new CommentaryContext(context, feature, outcome, values, _longestValue));
        }

        try
        {
            var template = Parse(commentary.Template);
            var rendered = template.Render(values, quoted: commentary.Lane is not ChatLane.Say, _longestValue);
            foreach (var name in values.Missing)
            {
                NoteUnknown(endpoint, template, name);
            }

            if (!values.HasFailed || !IsNothingButUnknown(rendered))
            {
                queue.Enqueue(new ChatEvent(
                    visitor.Conversation,
                    rendered)
                { Lane = commentary.Lane, Kind = template.Source, Requester = requesters.Read(context) });
            }
        }
        catch (Exception renderingException)
        {
            // The response is sent all the same.
            NoteFailed(endpoint, renderingException);
        }

        return ValueTask.CompletedTask;
    }

    /// <summary>Decides whether a text consists only of values that could not be read, so that it is not sent.</summary>
    private static bool IsNothingButUnknown(string text) =>
        string.IsNullOrWhiteSpace(text.Replace(PlaceholderValue.Unknown, "", StringComparison.Ordinal));

    private async ValueTask PublishAsync(
        Endpoint endpoint,
        Visitor visitor,
        IChatCommentaryMetadata commentary,
        Func<CommentaryContext, ValueTask<string?>> text,
        CommentaryContext context)
    {
        try
        {
            if (await text(context) is { } said && !string.IsNullOrWhiteSpace(said))
            {
                queue.Enqueue(new ChatEvent(
                    visitor.Conversation,
                    said)
                { Lane = commentary.Lane, Kind = endpoint.DisplayName, Requester = requesters.Read(context.HttpContext) });
            }
        }
        catch (Exception exception)
        {
            NoteFailed(endpoint, exception);
        }
    }

    /// <summary>
    /// Gets the most specific commentary for the outcome: that of a page's handler method before the endpoint's metadata, and of these the
    /// last.
    /// </summary>
    private static IChatCommentaryMetadata? Choose(Endpoint endpoint, CommentaryFeature? feature, CommentaryOutcome outcome) =>
        Last(feature?.Handler?.Commentary ?? [], outcome) ?? Last(endpoint.Metadata.GetOrderedMetadata<IChatCommentaryMetadata>(), outcome);

    /// <summary>Decides whether commentary is disabled, whatever else the endpoint or the request has.</summary>
    public static bool IsDisabled(Endpoint endpoint, CommentaryFeature? feature) =>
        feature?.Handler is { IsDisabled: true } || endpoint.Metadata.GetMetadata<DisableChatCommentaryAttribute>() is not null;

    /// <summary>Decides whether the endpoint has commentary of its own, even if only for another outcome.</summary>
    public static bool IsMarked(Endpoint endpoint, CommentaryFeature? feature) =>
        feature?.Handler is { Commentary.Count: > 0 } || endpoint.Metadata.GetMetadata<IChatCommentaryMetadata>() is not null;

    private static IChatCommentaryMetadata? Last(IReadOnlyList<IChatCommentaryMetadata> commentary, CommentaryOutcome outcome)
    {
        for (var i = commentary.Count - 1; i >= 0; i--)
        {
            if ((commentary[i].On & outcome) != 0)
            {
                return commentary[i];
            }
        }

        return null;
    }

    private void NoteUnknown(Endpoint endpoint, PromptTemplate template, string name)
    {
        if (_unknown.TryAdd((template.Source, name), true))
        {
            LogUnknown(endpoint.DisplayName, name);
        }
    }

    private void NoteUnreadable(Endpoint endpoint, string name, Exception exception)
    {
        if (_unreadable.TryAdd((endpoint.DisplayName, name), true))
        {
            LogUnreadable(exception, endpoint.DisplayName, name);
        }
    }

    private void NoteFailed(Endpoint endpoint, Exception trouble)
    {
        if (_failed.TryAdd(endpoint.DisplayName ?? "", true))
        {
            LogFailed(trouble, endpoint.DisplayName);
        }
    }

    [LoggerMessage(1, LogLevel.Debug, "No commentary on {Endpoint}: the request has neither a user nor a visitor's cookie.")]
    private partial void LogNobody(string? endpoint);

    [LoggerMessage(
        2, LogLevel.Warning, "The commentary of {Endpoint} names {{{Name}}}, which nothing supplies; \"(unknown)\" stands in its place.")]
    private partial void LogUnknown(string? endpoint, string name);

    [LoggerMessage(
        3,
        LogLevel.Warning,
        "The commentary of {Endpoint} could not be rendered and was left out; the request is not affected. This is logged once.")]
    private partial void LogFailed(Exception exception, string? endpoint);

    [LoggerMessage(
        4,
        LogLevel.Warning,
        "The commentary of {Endpoint} names {{{Name}}}, which threw while it was read; \"(unknown)\" stands in its place. This is "
            + "logged once.")]
    private partial void LogUnreadable(Exception exception, string? endpoint, string name);
}
