using System.Collections.Concurrent;
using System.Reflection;
using Microsoft.AspNetCore.Mvc.ApplicationModels;

namespace Pipulate.Commentary;

/// <summary>
/// Represents the commentary of a page's handler method, of which routing makes no endpoint metadata. A page with such a method has
/// <see cref="Mark"/>, so that the middleware handles it; the filter records which method ran.
/// </summary>
internal sealed class PageHandlerCommentary(IReadOnlyList<IChatCommentaryMetadata> commentary, bool isDisabled)
{
    private static readonly ConcurrentDictionary<MethodInfo, PageHandlerCommentary?> Known = new();

    public IReadOnlyList<IChatCommentaryMetadata> Commentary => commentary;

    public bool IsDisabled => isDisabled;

    /// <summary>Gets the commentary of a method, or null when it has none.</summary>
    public static PageHandlerCommentary? Of(MethodInfo method) => Known.GetOrAdd(method, static method =>
    {
        IChatCommentaryMetadata[] commentary = [.. method.GetCustomAttributes(inherit: true).OfType<IChatCommentaryMetadata>()];
        var isDisabled = method.IsDefined(typeof(DisableChatCommentaryAttribute), inherit: true);
        return commentary.Length > 0 || isDisabled ? new PageHandlerCommentary(commentary, isDisabled) : null;
    });

    /// <summary>Marks the endpoint for the middleware, without commentary for any outcome.</summary>
    private sealed class Mark(string template) : IChatCommentaryMetadata
    {
        public static readonly Mark Plain = new("");

        /// <summary>Marks a page with a handler method whose template names the response, so that it is copied.</summary>
        public static readonly Mark WithResponse = new(CommentaryPublisher.ResponsePlaceholder);

        public string Template => template;

        public ChatLane Lane => ChatLane.Note;

        public CommentaryOutcome On => 0;
    }

    /// <summary>Marks the pages.</summary>
    internal sealed class Convention : IPageApplicationModelConvention
    {
        public void Apply(PageApplicationModel model)
        {
            PageHandlerCommentary[] marked = [
                .. model.HandlerMethods.Select(handler => Of(handler.MethodInfo)).OfType<PageHandlerCommentary>()
            ];
            if (marked.Length > 0)
            {
                var namesResponse = marked.Any(handler => handler.Commentary.Any(CommentaryPublisher.NamesResponse));
                model.EndpointMetadata.Add(namesResponse ? Mark.WithResponse : Mark.Plain);
            }
        }
    }
}
