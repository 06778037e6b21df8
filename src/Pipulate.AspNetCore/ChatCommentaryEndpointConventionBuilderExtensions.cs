using Pipulate;
using Pipulate.Commentary;

namespace Microsoft.AspNetCore.Builder;

/// <summary>
/// Adds commentary to endpoints as a convention.
/// </summary>
public static class ChatCommentaryEndpointConventionBuilderExtensions
{
    /// <summary>
    /// Has the model comment on what a user did with these endpoints. The same as <see cref="ChatCommentaryAttribute"/>, also for a group, and with the bound arguments and
    /// the result of minimal-API handlers at hand.
    /// </summary>
    /// <typeparam name="TBuilder">The kind of endpoint.</typeparam>
    /// <param name="builder">The endpoint, group, controllers or pages.</param>
    /// <param name="template">What happened and what is wanted; see <see cref="ChatCommentaryAttribute"/> for the placeholders.</param>
    /// <param name="lane">What becomes of the event.</param>
    /// <returns>The builder.</returns>
    /// <exception cref="FormatException">The template cannot be parsed.</exception>
    public static TBuilder WithChatCommentary<TBuilder>(this TBuilder builder, string template, ChatLane lane = ChatLane.Comment)
        where TBuilder : IEndpointConventionBuilder
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(template);
        PromptTemplate.Parse(template);
        builder.Add(endpoint =>
        {
            endpoint.Metadata.Add(new ChatCommentaryAttribute(template) { Lane = lane });
            endpoint.FilterFactories.Add(CommentaryEndpointFilter.Create);
        });
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
