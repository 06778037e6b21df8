namespace Pipulate;

/// <summary>
/// Declares that the model comments on what a user did with this endpoint, after the endpoint has answered.
/// </summary>
/// <remarks>
/// <para>
/// Requires <c>app.UsePipulate()</c>. Stands on a minimal-API handler, a controller, an action, a page model, a page's handler method or a
/// static Razor component. The nearest one that is for the outcome counts, so an endpoint may carry one for each. A request that the user
/// aborted, and a WebSocket, are never commented on.
/// </para>
/// <para>
/// The handler's typed arguments and <c>{result}</c> are known for MVC, Razor Pages and <c>.WithChatCommentary(…)</c>; for this attribute
/// on a minimal-API handler they are where <c>UsePipulate</c> is called on the <c>WebApplication</c> itself and <c>UseRouting</c> is not
/// called after it. Elsewhere the same names are found in route, form and query, as texts.
/// </para>
/// </remarks>
/// <param name="template">
/// What happened and what is wanted. <c>{title}</c> is the bound argument, route, form or query value of that name, <c>{result.Title}</c> a
/// property of what the endpoint returned; also <c>{status}</c>, <c>{method}</c>, <c>{path}</c>, <c>{user}</c>, and for a failure
/// <c>{error}</c>. <c>{{</c> is a brace. Values become JSON strings, so write no quotation marks around a placeholder. A template that
/// cannot be parsed stops the host at start.
/// </param>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method, AllowMultiple = true, Inherited = true)]
public sealed class ChatCommentaryAttribute(string template) : Attribute, IChatCommentaryMetadata
{
    /// <inheritdoc/>
    public string Template { get; } = template ?? throw new ArgumentNullException(nameof(template));

    /// <summary>
    /// Gets or sets what becomes of the event.
    /// </summary>
    /// <value>The default is <see cref="ChatLane.Comment"/>.</value>
    public ChatLane Lane { get; set; } = ChatLane.Comment;

    /// <summary>
    /// Gets or sets the outcomes that this text is for.
    /// </summary>
    /// <value>The default is <see cref="CommentaryOutcome.Success"/>.</value>
    public CommentaryOutcome On { get; set; } = CommentaryOutcome.Success;
}
