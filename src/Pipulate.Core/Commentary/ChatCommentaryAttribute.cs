namespace Pipulate;

/// <summary>
/// Has the model comment on what a user did with this endpoint, after the endpoint has answered.
/// </summary>
/// <remarks>
/// Requires <c>app.UsePipulate()</c>. Stands on a minimal-API handler, a controller, an action or a page model; what is nearest counts.
/// Silent unless the endpoint succeeded: a status of 2xx or 3xx, the request not aborted, no invalid form shown again.
/// </remarks>
/// <param name="template">
/// What happened and what is wanted. <c>{title}</c> is the bound argument, route, form or query value of that name, <c>{result.Title}</c> a property of
/// what the endpoint returned; also <c>{status}</c>, <c>{method}</c>, <c>{path}</c>, <c>{user}</c>. <c>{{</c> is a brace. Values become JSON strings,
/// so write no quotation marks around a placeholder.
/// </param>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method, AllowMultiple = false, Inherited = true)]
public sealed class ChatCommentaryAttribute(string template) : Attribute, IChatCommentaryMetadata
{
    /// <inheritdoc/>
    public string Template { get; } = template ?? throw new ArgumentNullException(nameof(template));

    /// <summary>
    /// Gets or sets what becomes of the event.
    /// </summary>
    /// <value>The default is <see cref="ChatLane.Comment"/>.</value>
    public ChatLane Lane { get; set; } = ChatLane.Comment;
}
