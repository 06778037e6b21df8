using System.Collections.Concurrent;
using System.Reflection;
using Microsoft.AspNetCore.Mvc.ApplicationModels;

namespace Pipulate.Commentary;

/// <summary>
/// What stands on a page's handler method, which routing does not make endpoint metadata of. A page that has such a method carries
/// <see cref="Mark"/>, so that the middleware looks at it; which method ran, the filter says.
/// </summary>
internal sealed class PageHandlerCommentary(IReadOnlyList<IChatCommentaryMetadata> commentary, bool isDisabled)
{
    private static readonly ConcurrentDictionary<MethodInfo, PageHandlerCommentary?> Known = new();

    public IReadOnlyList<IChatCommentaryMetadata> Commentary => commentary;

    public bool IsDisabled => isDisabled;

    /// <summary>What the method carries, or null when it carries nothing.</summary>
    public static PageHandlerCommentary? Of(MethodInfo method) => Known.GetOrAdd(method, static method =>
    {
        IChatCommentaryMetadata[] commentary = [.. method.GetCustomAttributes(inherit: true).OfType<IChatCommentaryMetadata>()];
        var isDisabled = method.IsDefined(typeof(DisableChatCommentaryAttribute), inherit: true);
        return commentary.Length > 0 || isDisabled ? new PageHandlerCommentary(commentary, isDisabled) : null;
    });

    /// <summary>Metadata that says "look closer" and is for no outcome itself.</summary>
    private sealed class Mark(string template) : IChatCommentaryMetadata
    {
        public static readonly Mark Plain = new("");

        /// <summary>Has the response copied for the handler method whose template names it.</summary>
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
