using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Components.Endpoints;
using Microsoft.AspNetCore.Mvc.Abstractions;

namespace Pipulate.Commentary;

/// <summary>Represents commentary that <c>.WithChatCommentary</c> gave to endpoints: a template, or code.</summary>
internal sealed class CommentaryConvention : IChatCommentaryMetadata
{
    public string Template { get; init; } = "";

    public ChatLane Lane { get; init; }

    public CommentaryOutcome On { get; init; }

    /// <summary>Gets the code that makes the text, where there is no template.</summary>
    public Func<CommentaryContext, ValueTask<string?>>? Text { get; init; }

    public void Apply(EndpointBuilder endpoint)
    {
        // A convention for all controllers, pages or components comes after their attributes here, but is less specific.
        var attribute = IsBroad(endpoint) ? endpoint.Metadata.FirstOrDefault(item => item is ChatCommentaryAttribute) : null;
        endpoint.Metadata.Insert(attribute is null ? endpoint.Metadata.Count : endpoint.Metadata.IndexOf(attribute), this);
        if (!IsBroad(endpoint))
        {
            CommentaryEndpointFilter.AddTo(endpoint);
        }
    }

    private static bool IsBroad(EndpointBuilder endpoint) =>
        endpoint.Metadata.Any(item => item is ActionDescriptor or ComponentTypeMetadata);
}
