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
    private sealed class Mark : IChatCommentaryMetadata
    {
        public static readonly Mark Instance = new();

        public string Template => "";

        public ChatLane Lane => ChatLane.Note;

        public CommentaryOutcome On => 0;
    }

    /// <summary>Marks the pages.</summary>
    internal sealed class Convention : IPageApplicationModelConvention
    {
        public void Apply(PageApplicationModel model)
        {
            if (model.HandlerMethods.Any(handler => Of(handler.MethodInfo) is not null))
            {
                model.EndpointMetadata.Add(Mark.Instance);
            }
        }
    }
}
