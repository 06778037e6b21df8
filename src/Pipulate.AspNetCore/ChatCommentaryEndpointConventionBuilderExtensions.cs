using Pipulate;
using Pipulate.Commentary;
using Pipulate.Events;

namespace Microsoft.AspNetCore.Builder;

/// <summary>
/// Adds commentary to endpoints as a convention.
/// </summary>
public static class ChatCommentaryEndpointConventionBuilderExtensions
{
    /// <summary>
    /// Adds a comment by the model on what a user did with these endpoints. The same as <see cref="ChatCommentaryAttribute"/>, also for a
    /// group, all controllers, pages or components.
    /// </summary>
    /// <typeparam name="TBuilder">The kind of endpoint.</typeparam>
    /// <param name="builder">The endpoint, group, controllers or pages.</param>
    /// <param name="template">What happened and how to comment; see <see cref="ChatCommentaryAttribute"/> for the placeholders.</param>
    /// <param name="lane">How the model handles the event.</param>
    /// <param name="on">The outcomes that this text is for.</param>
    /// <returns>The builder.</returns>
    /// <remarks>
    /// Of several for the same outcome the most specific counts: on the endpoint itself, else on its attribute, else on the group or on all
    /// controllers.
    /// </remarks>
    /// <exception cref="FormatException">The template cannot be parsed.</exception>
    public static TBuilder WithChatCommentary<TBuilder>(
        this TBuilder builder, string template, ChatLane lane = ChatLane.Comment, CommentaryOutcome on = CommentaryOutcome.Success)
        where TBuilder : IEndpointConventionBuilder
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(template);
        PromptTemplate.Parse(template);
        builder.Add(new CommentaryConvention { Template = template, Lane = lane, On = on }.Apply);
        return builder;
    }

    /// <summary>
    /// Adds a comment by the model on what a user did with these endpoints, in a text that code creates.
    /// </summary>
    /// <typeparam name="TBuilder">The kind of endpoint.</typeparam>
    /// <param name="builder">The endpoint, group, controllers or pages.</param>
    /// <param name="text">
    /// Makes the text: what happened and how to comment. <see langword="null"/> adds nothing. Pass what users typed through
    /// <see cref="CommentaryContext.Quote"/>.
    /// </param>
    /// <param name="lane">How the model handles the event.</param>
    /// <param name="on">The outcomes that this text is for.</param>
    /// <returns>The builder.</returns>
    /// <remarks>
    /// It runs after the endpoint, and the request ends only after it: keep it quick, or the last part of the response is late. An
    /// exception in
    /// it is logged as a warning, once for each endpoint, and never fails the request.
    /// </remarks>
    public static TBuilder WithChatCommentary<TBuilder>(
        this TBuilder builder,
        Func<CommentaryContext, ValueTask<string?>> text,
        ChatLane lane = ChatLane.Comment,
        CommentaryOutcome on = CommentaryOutcome.Success)
        where TBuilder : IEndpointConventionBuilder
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(text);
        builder.Add(new CommentaryConvention { Text = text, Lane = lane, On = on }.Apply);
        return builder;
    }

    /// <summary>
    /// Keeps these endpoints silent, whatever their group or attributes say.
    /// </summary>
    /// <typeparam name="TBuilder">The kind of endpoint.</typeparam>
    /// <param name="builder">The endpoint, group, controllers or pages.</param>
    /// <returns>The builder.</returns>
    public static TBuilder DisableChatCommentary<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Add(endpoint => endpoint.Metadata.Add(new DisableChatCommentaryAttribute()));
        return builder;
    }
}
